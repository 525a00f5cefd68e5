import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requireBinary } from '../../engines/binaries.ts'
import type { Nginx } from '../../engines/nginx.ts'
import { fpmStatusPath } from '../../engines/php-fpm.ts'
import { freePort } from '../../process/free-port.ts'
import { removeFolder, temporaryFolder } from '../../process/temporary-folder.ts'
import { administrator, sitePages } from '../site-options.ts'
import { giveTo, systemUser, type SystemUser } from '../system-user.ts'
import { newestWordpress } from '../wordpress-source.ts'
import { runInWordpress } from '../wordpress-cli.ts'
import { startNativeEngines, type NativeEngines } from './native-engines.ts'
import { nginxCacheKey, nginxCacheLevels, nginxStatusPath, type NginxSite } from './nginx-config.ts'
import type { NativeSite, NativeSiteOptions } from './native-site-type.ts'
import { nativeTemplate, tablePrefix, type NativeTemplate } from './native-template.ts'
import { placeWordpress, type NativeNames } from './place-wordpress.ts'

/** The user that PHP of native sites runs as. */
export const siteUserName = 'platen-lab-site'
const webUserName = 'www-data'
const requestMs = 30_000

/** Brings up a native site. Throws a LabError that says what to do; nothing is left running then. */
export async function createNativeSite(options: NativeSiteOptions = {}): Promise<NativeSite> {
  const template = await nativeTemplate(options.wordpressVersion ?? newestWordpress, options.content ?? 'full', options.progress)
  const [siteUser, webUser] = await Promise.all([systemUser(siteUserName), systemUser(webUserName)])
  const port = await freePort(options.port)
  const directory = await siteDirectory(options.directory, siteUser)
  const cleanUp = async (): Promise<void> => {
    if (!options.directory) await removeFolder(directory)
  }
  let engines: NativeEngines | undefined
  try {
    options.progress?.('starting MariaDB, Redis and PHP-FPM')
    engines = await startNativeEngines(directory, siteUser, webUser)
    return await raise(options, { template, directory, port, siteUser, webUser, engines, cleanUp })
  } catch (error) {
    await engines?.stop()
    await cleanUp()
    throw error
  }
}

interface Ground {
  readonly template: NativeTemplate
  readonly directory: string
  readonly port: number
  readonly siteUser: SystemUser
  readonly webUser: SystemUser
  readonly engines: NativeEngines
  cleanUp(): Promise<void>
}

async function raise(options: NativeSiteOptions, ground: Ground): Promise<NativeSite> {
  const { directory, port, siteUser, engines } = ground
  const names: NativeNames = {
    url: `http://127.0.0.1:${port}`,
    root: join(directory, 'wordpress'),
    database: 'wordpress',
    databaseUser: 'wordpress',
    databasePassword: randomBytes(16).toString('hex'),
    redisPrefix: `lab-${randomBytes(4).toString('hex')}:`,
  }
  options.progress?.('placing WordPress')
  await placeWordpress(ground.template, options, names, siteUser, engines)
  const cachePath = join(directory, 'page-cache')
  const accessLog = join(directory, 'nginx', 'access.log')
  // 128 bits: a longer one would not fit nginx's default map_hash_bucket_size.
  const refreshSecret = randomBytes(16).toString('hex')
  const web = { cachePath, accessLog, refreshSecret, ...(await behindTheCache(options)) }
  const nginx = await engines.startNginx({ port, root: names.root, ...web })
  return describe(options, ground, names, nginx, web)
}

async function behindTheCache({ cacheEverything }: NativeSiteOptions): Promise<Pick<NginxSite, 'cacheEverything' | 'doors'>> {
  if (!cacheEverything) return {}
  const [uncached, peek] = await Promise.all([freePort(), freePort()])
  return { cacheEverything, doors: { uncached, peek } }
}

function describe(
  options: NativeSiteOptions,
  ground: Ground,
  names: NativeNames,
  nginx: Nginx,
  web: Pick<NginxSite, 'cachePath' | 'accessLog' | 'refreshSecret' | 'doors'>,
): NativeSite {
  const { engines, siteUser, directory } = ground
  const { url, root } = names
  const maintenance = join(root, '.maintenance')
  return {
    kind: 'native',
    url,
    root,
    directory,
    wordpressVersion: options.wordpressVersion ?? newestWordpress,
    adminUser: administrator.user,
    adminPassword: administrator.password,
    siteUser,
    nginx: {
      cacheKey: nginxCacheKey,
      cacheLevels: nginxCacheLevels,
      cachePath: web.cachePath,
      accessLog: web.accessLog,
      refreshSecret: web.refreshSecret,
      ...(web.doors ? { doors: web.doors } : {}),
      configFile: nginx.configFile,
      address: `127.0.0.1:${ground.port}`,
      user: ground.webUser.name,
      statusUrl: `${url}${nginxStatusPath}`,
      get pid() {
        return nginx.pid
      },
    },
    php: { socket: engines.php.socket, configFile: engines.php.configFile, phpCli: requireBinary('php'), statusPath: fpmStatusPath },
    mysql: {
      get pid() {
        return engines.mariadb.pid
      },
      socket: engines.mariadb.socket,
      database: names.database,
      user: names.databaseUser,
      password: names.databasePassword,
      tablePrefix,
    },
    redis: { url: engines.redis.url, port: engines.redis.port, prefix: names.redisPrefix },
    pages: sitePages,
    wp: (php, timeoutMs) => runInWordpress({ root, url, user: siteUser }, php, timeoutMs),
    fetch: (path, init) => fetch(new URL(path, url), { redirect: 'manual', signal: AbortSignal.timeout(requestMs), ...init }),
    stopPhp: () => engines.php.stop(),
    startPhp: () => engines.php.start(),
    stopMysql: () => engines.mariadb.stop(),
    startMysql: () => engines.mariadb.start(),
    stopRedis: () => engines.redis.stop(),
    startRedis: () => engines.redis.start(),
    stopNginx: () => nginx.stop(),
    startNginx: () => nginx.start(),
    setMaintenance: on => (on ? writeFile(maintenance, '<?php $upgrading = time();') : rm(maintenance, { force: true })),
    stop: async () => {
      await engines.stop()
      await ground.cleanUp()
    },
  }
}

async function siteDirectory(wanted: string | undefined, siteUser: SystemUser): Promise<string> {
  const directory = wanted ?? (await temporaryFolder())
  await mkdir(join(directory, 'tmp'), { recursive: true })
  // Web server, database and PHP are different users: each must be able to walk in.
  await chmod(directory, 0o755)
  await giveTo(siteUser, join(directory, 'tmp'))
  return directory
}
