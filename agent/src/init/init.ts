import { randomBytes } from 'node:crypto'
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import type { PhpChannel } from '../ports/php-channel.ts'
import { ensureUser, joinGroup } from './agent-user.ts'
import { firstPolicy, fullPolicy, type Findings } from './compose-policy.ts'
import { findNginx, groupOf, ownerOf, wordpressRoot } from './found.ts'

/** What the person at the keyboard said; the rest is found on the system. */
export interface InitOptions {
  readonly site: string
  readonly url?: string
  readonly fpm?: string
  readonly nginx?: string
  readonly redis?: string
  readonly policyFile: string
}

/** What `init` needs from its composition root. */
export interface InitParts {
  /** The plugin's folder to copy from. */
  readonly pluginSource: string
  phpChannel(policy: DocumentPolicy): PhpChannel
  readonly progress: (text: string) => void
}

/** What came of it. */
export interface InitReport {
  readonly policyFile: string
  readonly policy: DocumentPolicy
  /** What was looked for and not found, with what to do. */
  readonly missing: readonly string[]
  /** Whether nginx still needs the lines of the refresh rule. */
  readonly refreshLinesWanted: boolean
}

const agentUser = 'platen'

/** Where a site's agent keeps its state and its sockets, by the policy file that names it: two sites don't share them. */
function folders(policyFile: string): { state: string; run: string } {
  if (policyFile === '/etc/platen/policy.json') return { state: '/var/lib/platen', run: '/run/platen' }
  const below = join(dirname(policyFile), 'platen-agent')
  return { state: join(below, 'state'), run: join(below, 'run') }
}

/**
 * Puts Platen on a site: finds nginx, PHP-FPM, database and cache, writes the policy file, installs and activates the plugin.
 * Changes nothing where it fails before the plugin is copied; `undo` takes everything back.
 *
 * @throws PlatenError privilege.missing, wordpress.not_found, php.unavailable and what the plugin answers
 */
export async function init(options: InitOptions, parts: InitParts): Promise<InitReport> {
  if (process.getuid?.() !== 0) throw new PlatenError('privilege.missing')
  const found = await find(options)
  const first = firstPolicy(found, options.url ?? 'http://localhost.invalid')
  parts.progress('installing the plugin')
  await ensureUser(agentUser)
  await joinGroup(agentUser, await groupOf(found.fpmSocket))
  installPlugin(parts.pluginSource, found.root)
  const php = parts.phpChannel(first)
  await php.call('plugin.activate', { active: true })
  const site = await php.call('site.describe', {})
  const policy = fullPolicy(found, site, options.url)
  parts.progress(`writing ${options.policyFile}`)
  writePolicy(options.policyFile, policy, agentUser)
  return {
    policyFile: options.policyFile,
    policy,
    missing: missing(policy, site.objectCache !== undefined),
    refreshLinesWanted: found.nginx !== undefined && !found.nginx.refreshes,
  }
}

/** Takes back what `init` did: the plugin with all that it stored, the policy file, the agent's state. @throws PlatenError */
export async function undo(policyFile: string, parts: Pick<InitParts, 'phpChannel' | 'progress'>): Promise<void> {
  if (process.getuid?.() !== 0) throw new PlatenError('privilege.missing')
  const policy = JSON.parse(readFileSync(policyFile, 'utf8')) as DocumentPolicy
  const plugin = join(policy.site.root, 'wp-content', 'plugins', 'platen')
  if (existsSync(plugin)) {
    parts.progress('removing the plugin')
    await parts.phpChannel(policy).call('plugin.activate', { active: false, uninstall: true })
    rmSync(plugin, { recursive: true })
  }
  parts.progress('removing policy file and state')
  const { state, run } = folders(policyFile)
  for (const path of [state, run, policyFile]) rmSync(path, { recursive: true, force: true })
}

async function find(options: InitOptions): Promise<Findings> {
  const root = wordpressRoot(options.site)
  const nginx = await findNginx(root, options.nginx)
  const fpmSocket = options.fpm ?? nginx?.fpmSocket
  if (fpmSocket === undefined || !existsSync(fpmSocket)) {
    throw new PlatenError('php.unavailable', 'No PHP-FPM socket was found for this site; name it with --fpm.', { field: 'fpm' })
  }
  return {
    root,
    siteUser: await siteUser(root),
    agentUser,
    fpmSocket,
    nginx,
    refreshSecret: presentSecret(options.policyFile) ?? randomBytes(24).toString('hex'),
    ...folders(options.policyFile),
    redisUrl: options.redis,
  }
}

/** The user that PHP runs as: the owner of the folder that PHP has to write to. */
async function siteUser(root: string): Promise<string> {
  const uploads = join(root, 'wp-content', 'uploads')
  const user = await ownerOf(existsSync(uploads) ? uploads : join(root, 'wp-content'))
  if (user === 'root')
    throw new PlatenError('policy.invalid', 'The site’s files belong to root; give them to the user of its PHP-FPM pool.', {
      field: 'site.user',
    })
  return user
}

/** The secret of an earlier `init`, so that nginx's lines stay right when it is run again. */
function presentSecret(policyFile: string): string | undefined {
  if (!existsSync(policyFile)) return undefined
  return (JSON.parse(readFileSync(policyFile, 'utf8')) as DocumentPolicy).nginx?.refreshSecret
}

/** A copy that belongs to the site's user, without the plugin's tests. */
function installPlugin(source: string, root: string): void {
  const plugins = join(root, 'wp-content', 'plugins')
  const target = join(plugins, 'platen')
  const { uid, gid } = statSync(plugins)
  rmSync(target, { recursive: true, force: true })
  cpSync(source, target, { recursive: true, filter: from => !/^(tests|phpunit.*)$/.test(from.slice(source.length + 1)) })
  for (const path of [target, ...readdirSync(target, { recursive: true, encoding: 'utf8' }).map(name => join(target, name))])
    chownSync(path, uid, gid)
}

function writePolicy(file: string, policy: DocumentPolicy, user: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
  writeFileSync(file, `${JSON.stringify(policy, null, 2)}\n`, { mode: 0o640 })
  const gid = Number(
    readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find(line => line.startsWith(`${user}:`))
      ?.split(':')[2],
  )
  chownSync(file, 0, gid)
}

function missing(policy: DocumentPolicy, objectCache: boolean): string[] {
  return [
    ...(policy.nginx
      ? []
      : ['nginx: no server has this folder as its root; name its configuration with --nginx FILE. Page caches are not purged.']),
    ...(policy.nginx && !policy.nginx.cachePath ? ['nginx: this site has no fastcgi_cache; there is no page cache to purge.'] : []),
    ...(objectCache && !policy.redis ? ['Redis: WordPress uses an object cache; name its server with --redis URL.'] : []),
  ]
}
