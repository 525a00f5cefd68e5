import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { startMariadb, type MariaDb } from '../../engines/mariadb.ts'
import { startNginx, type Nginx } from '../../engines/nginx.ts'
import { startPhpFpm, type PhpFpm } from '../../engines/php-fpm.ts'
import { startRedis, type Redis } from '../../engines/redis.ts'
import { boundFile } from '../../process/bound-file.ts'
import type { SystemUser } from '../system-user.ts'
import { nginxConfig, type NginxSite } from './nginx-config.ts'

/** The four daemons of one native site. */
export interface NativeEngines {
  readonly mariadb: MariaDb
  readonly redis: Redis
  readonly php: PhpFpm
  /** Started last, when WordPress is in place. */
  startNginx(site: Omit<NginxSite, 'directory' | 'user' | 'phpSocket'>): Promise<Nginx>
  /** Ends all that was started. */
  stop(): Promise<void>
}

/** A load test writes 100 bytes a request, a million times. */
const maxAccessLogBytes = 32 * 1024 * 1024

/** Starts database, object cache and PHP side by side. If one fails, the others are ended before the error goes on. */
export async function startNativeEngines(directory: string, siteUser: SystemUser, webUser: SystemUser): Promise<NativeEngines> {
  const running: { stop(): Promise<void> }[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(engine => engine.stop()))
  }
  const owned = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const engine = await starting
    running.push(engine)
    return engine
  }
  const phpDirectory = join(directory, 'php')
  const nginxDirectory = join(directory, 'nginx')
  await Promise.all([phpDirectory, join(nginxDirectory, 'temporary')].map(folder => mkdir(folder, { recursive: true })))
  const settings = {
    upload_tmp_dir: join(directory, 'tmp'),
    sys_temp_dir: join(directory, 'tmp'),
    memory_limit: '256M',
    upload_max_filesize: '64M',
    post_max_size: '64M',
  }
  const started = await Promise.allSettled([
    owned(startMariadb(join(directory, 'mysql'))),
    owned(startRedis(join(directory, 'redis'))),
    owned(startPhpFpm({ directory: phpDirectory, user: siteUser.name, webUser: webUser.name, settings })),
  ])
  const failed = started.find(result => result.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  const [mariadb, redis, php] = started.map(result => (result as PromiseFulfilledResult<unknown>).value) as [MariaDb, Redis, PhpFpm]
  return {
    mariadb,
    redis,
    php,
    startNginx: site => {
      const unbound = boundFile(site.accessLog, maxAccessLogBytes)
      running.push({ stop: () => Promise.resolve(unbound()) })
      const config = nginxConfig({ ...site, directory: nginxDirectory, user: webUser.name, phpSocket: php.socket })
      return owned(startNginx(nginxDirectory, config, site.port))
    },
    stop,
  }
}
