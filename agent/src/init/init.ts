import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { PlatenError, type DocumentPolicy, type SiteDescribeValue } from '@platen/protocol'
import type { PhpChannel } from '../ports/php-channel.ts'
import { agentFolders } from './agent-folders.ts'
import { agentGroup, agentMayRead, agentUser, ensureAgentUser, joinGroup } from './agent-user.ts'
import { cdnEntry } from './cdn-entry.ts'
import { firstPolicy, fullPolicy, type Findings } from './compose-policy.ts'
import { findNginx, findPool, groupOf, uploadsOwner, wordpressRoot } from './found.ts'
import { missing } from './missing.ts'
import { pluginFolder } from './plugin-folder.ts'
import { redisPlace, type OtherPolicy, type RedisWords } from './redis-place.ts'

/** What the person at the keyboard said; the rest is found on the system. */
export interface InitOptions extends RedisWords {
  readonly site: string
  readonly url?: string
  readonly fpm?: string
  readonly nginx?: string
  /** Where the CDN in front of the site is reached. */
  readonly cdn?: string
  readonly policyFile: string
}

/** What `init` needs from its composition root. */
export interface InitParts {
  /** The plugin's folder to copy from. */
  readonly pluginSource: string
  /** The policy of an earlier `init`, where there is one. */
  readonly present: DocumentPolicy | undefined
  /** Those of other sites on this machine. */
  readonly others: readonly OtherPolicy[]
  readonly phpChannel: (policy: DocumentPolicy) => Promise<PhpChannel>
  /** Makes the folder in which the plugin notes what it has for the agent. */
  readonly makeSpool: (policy: DocumentPolicy) => void
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

/**
 * Puts Platen on a site: finds nginx, PHP-FPM, database and cache, installs and activates the plugin, writes the policy file.
 * Run again, it finds what has changed since. Where it fails, a plugin that was not there before is removed again.
 *
 * @throws PlatenError privilege.missing, wordpress.not_found, php.unavailable, file.denied, input.invalid and what the plugin answers
 */
export async function init(options: InitOptions, parts: InitParts): Promise<InitReport> {
  if (process.getuid?.() !== 0) throw new PlatenError('privilege.missing')
  const policyFile = resolve(options.policyFile)
  parts.progress('looking for nginx, PHP-FPM and the site’s user')
  const found = await find({ ...options, policyFile }, parts)
  await ensureAgentUser()
  await joinGroup(await groupOf(found.fpmSocket))
  const { policy, site } = await installed(found, options.url, parts, async complete => {
    parts.progress(`writing ${policyFile}`)
    await writePolicy(policyFile, complete)
    parts.makeSpool(complete)
  })
  return {
    policyFile,
    policy,
    missing: missing(found, policy, site),
    refreshLinesWanted: found.nginx?.cachePath !== undefined && !found.nginx.refreshes,
  }
}

async function installed(
  found: Findings,
  url: string | undefined,
  { pluginSource, phpChannel, progress }: InitParts,
  keep: (policy: DocumentPolicy) => Promise<void>,
): Promise<{ policy: DocumentPolicy; site: SiteDescribeValue }> {
  const plugin = pluginFolder(found.root)
  const wasThere = plugin.isInstalled()
  const first = firstPolicy(found, url ?? 'http://localhost.invalid')
  progress('installing the plugin')
  try {
    await plugin.install(pluginSource, { socket: first.agent.socket, spool: found.spool })
    const php = await phpChannel(first)
    await php.call('plugin.activate', { active: true })
    const site = await php.call('site.describe', {})
    const policy = fullPolicy(found, site, url)
    await keep(policy)
    return { policy, site }
  } catch (error) {
    if (!wasThere) await plugin.remove()
    throw error
  }
}

async function find(options: InitOptions, { present, others }: InitParts): Promise<Findings> {
  const root = wordpressRoot(options.site)
  const redis = redisPlace(options, present, root, others)
  const cdn = cdnEntry(options.cdn, present)
  const nginx = await findNginx(root, options.nginx)
  const fpmSocket = options.fpm ?? nginx?.fpmSocket
  if (fpmSocket === undefined || !isSocket(fpmSocket)) {
    throw new PlatenError('php.unavailable', 'No PHP-FPM socket was found for this site; start it, or name it with --fpm.', {
      field: 'fpm',
    })
  }
  const pool = await findPool(fpmSocket)
  return {
    root,
    siteUser: pool?.user ?? (await uploadsOwner(root)),
    fpmSocket,
    fpmStatusPath: pool?.statusPath,
    nginx,
    // Kept, so that nginx's lines stay right. 128 bits: a longer one would not fit nginx's default map_hash_bucket_size.
    refreshSecret: present?.nginx?.refreshSecret ?? randomBytes(16).toString('hex'),
    ...agentFolders(options.policyFile),
    redis,
    cdn,
  }
}

function isSocket(path: string): boolean {
  return existsSync(path) && statSync(path).isSocket()
}

/** For root to change and the agent to read, and nobody else: it holds secrets. */
async function writePolicy(file: string, policy: DocumentPolicy): Promise<void> {
  const gid = await agentGroup()
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
  writeFileSync(file, `${JSON.stringify(policy, null, 2)}\n`, { mode: 0o640 })
  chownSync(file, 0, gid)
  if (!(await agentMayRead(file)))
    throw new PlatenError(
      'file.denied',
      `${agentUser} may not read ${file}: open its folders for passing through, or choose another place.`,
      {
        field: 'policy',
      },
    )
}
