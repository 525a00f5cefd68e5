import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { labSource } from '../../paths.ts'
import { copyTree, linkTree } from '../../process/copy-tree.ts'
import { runCommand } from '../../process/run-command.ts'
import { activatePhp } from '../install-wordpress.ts'
import { pluginName } from '../plugin-name.ts'
import { giveTo, isRoot, type SystemUser } from '../system-user.ts'
import { runInWordpress } from '../wordpress-cli.ts'
import { wpConfigText } from '../wp-config.ts'
import type { NativeEngines } from './native-engines.ts'
import type { NativeSiteOptions } from './native-site-type.ts'
import { tablePrefix, templateSql, type NativeTemplate } from './native-template.ts'

/** What this site calls its things. */
export interface NativeNames {
  readonly url: string
  readonly root: string
  readonly database: string
  readonly databaseUser: string
  readonly databasePassword: string
  readonly redisPrefix: string
}

const coreFolders: readonly string[] = ['wp-admin', 'wp-includes']
const objectCache = join(labSource, 'sites', 'object-cache', 'object-cache.php')

/** Makes a site out of a template: files, config, database, object cache and the caller's plugins. */
export async function placeWordpress(
  template: NativeTemplate,
  options: NativeSiteOptions,
  names: NativeNames,
  user: SystemUser,
  engines: NativeEngines,
): Promise<void> {
  await Promise.all([placeFiles(template, names, options, engines, user), createDatabase(template, names, engines)])
  if (!options.plugins?.length) return
  options.progress?.('activating plugins')
  await runInWordpress({ root: names.root, url: names.url, user }, activatePhp(options.plugins.map(pluginName)))
}

async function placeFiles(
  template: NativeTemplate,
  names: NativeNames,
  options: NativeSiteOptions,
  engines: NativeEngines,
  user: SystemUser,
): Promise<void> {
  await rm(names.root, { recursive: true, force: true })
  await copyOwnParts(template.files, names.root)
  const content = join(names.root, 'wp-content')
  for (const folder of options.plugins ?? [])
    await cp(folder, join(content, 'plugins', pluginName(folder)), { recursive: true, dereference: true })
  await cp(objectCache, join(content, 'object-cache.php'))
  const config = join(names.root, 'wp-config.php')
  await writeFile(config, configText(names, options, engines))
  await giveTo(user, names.root)
  await placeCore(template.files, names.root, user)
  // The database password is in it: no other user of this machine may read it.
  await chmod(config, 0o640)
}

/** All but WordPress's own two big folders. */
async function copyOwnParts(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  const names = (await readdir(from)).filter(name => !coreFolders.includes(name))
  await runCommand('cp', ['-Rp', ...names.map(name => join(from, name)), to], { timeoutMs: 60_000 })
}

/**
 * WordPress's own code, 100 MB that nobody changes. As root it is linked: the files stay root's, so that the site's user can replace them
 * (the folders are its own) but never write into the cached ones. Without root it is copied, for then the site could write into the cache.
 */
async function placeCore(from: string, to: string, user: SystemUser): Promise<void> {
  for (const name of coreFolders) {
    await (isRoot ? linkTree : copyTree)(join(from, name), join(to, name))
    if (isRoot)
      await runCommand('find', [join(to, name), '-type', 'd', '-exec', 'chown', `${user.uid}:${user.gid}`, '{}', '+'], {
        timeoutMs: 60_000,
      })
  }
}

function configText(names: NativeNames, options: NativeSiteOptions, engines: NativeEngines): string {
  return wpConfigText({
    url: names.url,
    tablePrefix,
    saltSeed: names.databasePassword,
    database: {
      host: `localhost:${engines.mariadb.socket}`,
      name: names.database,
      user: names.databaseUser,
      password: names.databasePassword,
    },
    constants: {
      PLATEN_LAB_REDIS_PORT: engines.redis.port,
      PLATEN_LAB_REDIS_PREFIX: names.redisPrefix,
      // The name that object caches share, by which others can tell what the site's keys begin with.
      WP_REDIS_PREFIX: names.redisPrefix,
      ...options.phpConstants,
    },
  })
}

async function createDatabase(template: NativeTemplate, names: NativeNames, engines: NativeEngines): Promise<void> {
  const { database, databaseUser, databasePassword } = names
  await engines.mariadb.sql(`create or replace database ${database} character set utf8mb4;
create or replace user ${databaseUser}@localhost identified by '${databasePassword}';
grant all on ${database}.* to ${databaseUser}@localhost;`)
  await engines.mariadb.sql(await templateSql(template, names.url), database)
}
