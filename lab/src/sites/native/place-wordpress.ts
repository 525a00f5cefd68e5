import { chmod, cp, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyTree } from '../../process/copy-tree.ts'
import { activatePhp, installPhp } from '../install-wordpress.ts'
import type { SiteOptions } from '../site-options.ts'
import { giveTo, type SystemUser } from '../system-user.ts'
import { newestWordpress, wordpressSource } from '../wordpress-source.ts'
import { wpConfigText } from '../wp-config.ts'
import { runInWordpress, runPhp, wordpressPrelude } from '../wordpress-cli.ts'
import type { NativeEngines } from './native-engines.ts'

/** What this site calls its things. */
export interface NativeNames {
  readonly url: string
  readonly root: string
  readonly tablePrefix: string
  readonly database: string
  readonly databaseUser: string
  readonly databasePassword: string
  readonly redisPrefix: string
}

const objectCache = fileURLToPath(new URL('../object-cache/object-cache.php', import.meta.url))

/** Puts WordPress, its config, database, object cache and the caller's plugins in place. */
export async function placeWordpress(options: SiteOptions, names: NativeNames, user: SystemUser, engines: NativeEngines): Promise<void> {
  const version = options.wordpressVersion ?? newestWordpress
  const source = await wordpressSource(version, options.progress)
  options.progress?.(`placing WordPress ${version}`)
  await Promise.all([copyFiles(source, names, options, engines, user), createDatabase(names, engines)])
  options.progress?.('installing WordPress')
  const site = { root: names.root, url: names.url, user }
  await runPhp(site, `define( 'WP_INSTALLING', true ); ${wordpressPrelude(names.root, names.url)} ${installPhp(`Platen lab ${version}`)}`)
  if (options.plugins?.length) await runInWordpress(site, activatePhp(options.plugins.map(folder => basename(folder))))
}

async function copyFiles(
  source: string,
  names: NativeNames,
  options: SiteOptions,
  engines: NativeEngines,
  user: SystemUser,
): Promise<void> {
  await rm(names.root, { recursive: true, force: true })
  await copyTree(source, names.root)
  const content = join(names.root, 'wp-content')
  for (const folder of options.plugins ?? [])
    await cp(folder, join(content, 'plugins', basename(folder)), { recursive: true, dereference: true })
  await cp(objectCache, join(content, 'object-cache.php'))
  const config = join(names.root, 'wp-config.php')
  await writeFile(config, configText(names, options, engines))
  await giveTo(user, names.root)
  // The database password is in it: no other user of this machine may read it.
  await chmod(config, 0o640)
}

function configText(names: NativeNames, options: SiteOptions, engines: NativeEngines): string {
  return wpConfigText({
    url: names.url,
    tablePrefix: names.tablePrefix,
    saltSeed: names.databasePassword,
    database: {
      host: `localhost:${engines.mariadb.socket}`,
      name: names.database,
      user: names.databaseUser,
      password: names.databasePassword,
    },
    constants: { PLATEN_LAB_REDIS_PORT: engines.redis.port, PLATEN_LAB_REDIS_PREFIX: names.redisPrefix, ...options.phpConstants },
  })
}

async function createDatabase(names: NativeNames, engines: NativeEngines): Promise<void> {
  const { database, databaseUser, databasePassword } = names
  await engines.mariadb.sql(`create or replace database ${database} character set utf8mb4;
create or replace user ${databaseUser}@localhost identified by '${databasePassword}';
grant all on ${database}.* to ${databaseUser}@localhost;`)
}
