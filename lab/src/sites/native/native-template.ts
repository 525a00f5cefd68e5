import { readFile, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { startMariadb, type MariaDb } from '../../engines/mariadb.ts'
import { LabError } from '../../lab-error.ts'
import { copyTree } from '../../process/copy-tree.ts'
import { removeFolder, temporaryFolder } from '../../process/temporary-folder.ts'
import { placeSeed, runSeed, seedHash } from '../content/seed.ts'
import { installPhp } from '../install-wordpress.ts'
import { placePurgeContent, purgeContentHash, runPurgeSeed } from '../purge-content/purge-content.ts'
import type { SystemUser } from '../system-user.ts'
import { cachedTemplate } from '../template-cache.ts'
import { wordpressSource, type WordpressVersion } from '../wordpress-source.ts'
import { wpConfigText } from '../wp-config.ts'
import { runInWordpress, runPhp, wordpressPrelude, type WordpressOnDisk } from '../wordpress-cli.ts'
import type { NativeSiteOptions } from './native-site-type.ts'

/** An installed, filled WordPress that sites are copied from. */
export interface NativeTemplate {
  readonly files: string
  /** The database as SQL in which the site's address is `templateUrl`. */
  readonly sqlFile: string
}

type Content = NonNullable<NativeSiteOptions['content']>

/** The address that templates carry until a site gives them its own. */
const templateUrl = 'http://127.0.0.1:40404'
/** Not WordPress's default, so that code which takes that for granted fails here. */
export const tablePrefix = 'lab_'
/** Raised when what this file does to a site changes. */
const revision = 1
const photographs = 24
const installMs = 60_000
const database = 'template'

/** Gives the template, made once for a version, content and seed (about 20 s for the full one) and kept in the cache. */
export async function nativeTemplate(
  version: WordpressVersion,
  content: Content,
  progress: (text: string) => void = () => {},
): Promise<NativeTemplate> {
  const source = await wordpressSource(version, progress)
  const folder = await cachedTemplate(`native-${version}`, await keys[content](), folder =>
    build(folder, source, version, content, progress),
  )
  return { files: join(folder, 'files'), sqlFile: join(folder, 'database.sql') }
}

const keys: Readonly<Record<Content, () => Promise<string>>> = {
  full: () => seedHash(revision),
  bare: () => Promise.resolve(`bare-${revision}`),
  purge: async () => `purge-${await purgeContentHash(revision)}`,
}

/** The SQL of a template with the site's own address. */
export async function templateSql(template: NativeTemplate, url: string): Promise<string> {
  return (await readFile(template.sqlFile, 'utf8')).replaceAll(templateUrl, url)
}

async function build(
  folder: string,
  source: string,
  version: WordpressVersion,
  content: Content,
  progress: (text: string) => void,
): Promise<void> {
  const root = join(folder, 'files')
  const scratch = await temporaryFolder()
  const mariadb = await startMariadb(join(scratch, 'mysql'))
  try {
    await copyTree(source, root)
    await writeFile(join(root, 'wp-config.php'), await config(mariadb))
    await fill(root, version, content, progress)
    await rm(join(root, 'wp-config.php'))
    const sql = await mariadb.dump(database)
    assertMovable(sql)
    await writeFile(join(folder, 'database.sql'), sql)
  } finally {
    await mariadb.stop()
    await removeFolder(scratch)
  }
}

async function config(mariadb: MariaDb): Promise<string> {
  await mariadb.sql(
    `create database ${database} character set utf8mb4; create user template@localhost identified by 'template'; grant all on ${database}.* to template@localhost;`,
  )
  const access = { host: `localhost:${mariadb.socket}`, name: database, user: 'template', password: 'template' }
  return wpConfigText({ url: templateUrl, tablePrefix, saltSeed: 'template', database: access, constants: { DISABLE_WP_CRON: true } })
}

async function fill(root: string, version: WordpressVersion, content: Content, progress: (text: string) => void): Promise<void> {
  // As ourselves: the cache may lie where a site's user can't go. Whoever copies the files gives them to that user.
  const user: SystemUser = { name: userInfo().username, uid: userInfo().uid, gid: userInfo().gid }
  const site = { root, url: templateUrl, user }
  progress(`installing WordPress ${version} (once)`)
  await runPhp(
    site,
    `define( 'WP_INSTALLING', true ); ${wordpressPrelude(root, templateUrl)} ${installPhp(`Platen lab ${version}`)}`,
    installMs,
  )
  await fillers[content](site, progress)
}

const fillers: Readonly<Record<Content, (site: WordpressOnDisk, progress: (text: string) => void) => Promise<void>>> = {
  bare: () => Promise.resolve(),
  full: async (site, progress) => {
    const target = { root: site.root, phpRoot: site.root, photographs }
    await placeSeed(target, progress)
    progress('writing posts and making every size of every photograph (once)')
    await runSeed(target, (php, timeoutMs) => runInWordpress(site, php, timeoutMs))
  },
  purge: async (site, progress) => {
    progress('writing 500 posts and all that lists them (once)')
    await placePurgeContent(site.root)
    await runPurgeSeed(site.root, (php, timeoutMs) => runInWordpress(site, php, timeoutMs))
  },
}

function assertMovable(sql: string): void {
  const host = new URL(templateUrl).host
  const serialized = /s:\d+:\\"[^"]*/g
  const stuck = [...sql.matchAll(serialized)].find(([text]) => text.includes(host))
  if (!stuck && sql.split(host).length === sql.split(templateUrl).length) return
  throw new LabError(
    'lab.site_failed',
    `The seed left the site's address where it can't be replaced: ${stuck?.[0].slice(0, 200) ?? 'in an escaped form'}`,
    'Delete such options at the end of seed.php.',
  )
}
