import { Socket } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  kinds as productKinds,
  PlatenError,
  toPlatenError,
  type DocumentPolicy,
  type Kind,
  type LocalStatus,
  type Validator,
} from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { readPolicy } from './config/policy-file.ts'
import { allowedKinds } from './domain/policy.ts'
import { usualPolicyPath } from './domain/usual-paths.ts'
import { identityPath } from './identity/identity-file.ts'
import { readIdentity } from './identity/read-identity.ts'
import { keepJournal } from './journal/kept-journal.ts'
import { keepPages, type KeptPagesOptions } from './journal/kept-pages.ts'
import type { PageIndex } from './journal/page-index.ts'
import { doorPath } from './launcher/folders.ts'
import { Link } from './link/link.ts'
import type { Facts } from './link/state-reports.ts'
import { openLocalServer, type LocalAddress, type LocalServer } from './local/local-server.ts'
import { RefusalLog } from './local/refusal-log.ts'
import type { AgentIdentity } from './ports/agent-identity.ts'
import type { Clock } from './ports/clock.ts'
import type { Jobs } from './ports/jobs.ts'
import type { Log } from './ports/log.ts'
import type { Receipts } from './ports/receipts.ts'
import type { Workers } from './ports/workers.ts'
import { ReceiptChain, type ReceiptChainOptions } from './receipts/receipt-chain.ts'
import { phpChannel } from './site/php-channel.ts'
import { forgettingSink } from './spool/forgetting-sink.ts'
import { watchSpool } from './spool/spool-watch.ts'
import { stderrLog } from './system/json-log.ts'
import { localTimeIn } from './system/local-time.ts'
import { systemClock } from './system/system-clock.ts'
import { agentVersion } from './version.ts'
import { CdnDesk } from './work/cdn-desk.ts'
import { cdnTagSwitch } from './work/cdn-tag-switch.ts'
import { changeJobs, changesKind } from './work/change-jobs.ts'
import { launcherLink, type LauncherLink } from './work/launcher-link.ts'
import { forgottenBefore } from './work/memory-loss.ts'
import { PurgeLimit } from './work/purge-limit.ts'
import { Runs } from './work/runs.ts'
import { SiteOwner } from './work/site-owner.ts'
import { openWorkerDoor } from './work/worker-door.ts'
import { workerProcesses } from './work/worker-processes.ts'

/** What may differ between compositions: the product's own, lab's, and those of tests. */
export interface AgentComposition {
  readonly kinds: readonly Kind[]
  readonly inputs: Readonly<Record<string, Validator>>
  /** Who carries out jobs, where it is not processes that the launcher starts. */
  readonly workers?: Workers
}

/** A running agent. */
export interface Agent {
  /** Settles when only a fresh start helps: the journal broke, or can be opened again. */
  readonly worn: Promise<void>
  close(): Promise<void>
}

const productComposition: AgentComposition = { kinds: productKinds, inputs: inputValidators }

/** What an agent is started with. */
export interface AgentOptions {
  readonly policy: DocumentPolicy
  readonly launcher: LauncherLink
  readonly log: Log
  /** Without its link to the gateway, for one job on the spot. */
  readonly local: boolean
  readonly composition: AgentComposition
}

/** Composes and starts the agent's main process. @throws PlatenError site.locked, disk.full, store.unavailable, port.in_use, enrol.missing */
export async function startAgent({ policy, launcher, log, local, composition }: AgentOptions): Promise<Agent> {
  const clock = systemClock
  const startedAt = clock.now()
  const { promise: worn, resolve: wear } = Promise.withResolvers<void>()
  const kept = keepJournal(join(policy.agent.state, 'journal.db'), { clock, log, worn: wear })
  const { journal } = kept
  const identity = readIdentity(identityPath(policy))
  const kinds = new Map(composition.kinds.map(kind => [kind.name, kind]))
  const allowed = allowedKinds(policy, kinds)
  const strangers = new RefusalLog(log, clock, 'worker')
  const door = await openWorkerDoor(doorPath(policy), clock, strangers)
  const php = await phpChannel(policy, clock)
  const purges = allowed.some(kind => kind.name === changesKind)
  const pages = openPages(policy, purges, { clock, log, worn: wear })
  const reports = identity !== undefined
  const receipts = identity && receiptsOf(identity, { journal, clock, lostBefore: () => forgottenBefore(journal) })
  const switchTags = identity && cdnTagSwitch({ php, siteId: identity.siteId, clock, log })
  const cdn = switchTags ? new CdnDesk({ journal, receipts, clock, log, switchTags }) : undefined
  const workers = composition.workers ?? workerProcesses({ launcher, door, php, policy, changes: pages, cdn, clock, log })
  const owner = new SiteOwner({ policy, journal, clock, localTimeIn, log })
  const purgeLimit = new PurgeLimit({ policy, journal, clock, log })
  const { inputs } = composition
  const jobs = new Runs({ journal, workers, owner, policy, kinds, inputs, purgeLimit, reports, receipts, cdn, clock, log })
  jobs.subscribe(news => purgeLimit.hear(news))
  if (kept.lost) {
    jobs.forgot(clock.now())
    cdn?.forgot()
  }
  const lostAt = (): { lostAt?: number } => {
    const before = jobs.forgottenBefore()
    return before === undefined ? {} : { lostAt: before }
  }
  const facts = (): Facts => ({
    'agent.version': agentVersion,
    'node.version': process.versions.node,
    'site.url': policy.site.url,
    'journal.lostAt': lostAt().lostAt ?? null,
  })
  const names = allowed.map(kind => kind.name)
  const link =
    identity && !local
      ? new Link({ identity, jobs, journal, ...(cdn ? { cdn } : {}), clock, log, version: agentVersion, kinds: names, facts })
      : undefined
  const status = (): LocalStatus => ({
    ...statusOfLink(identity, link, startedAt),
    version: agentVersion,
    startedAt,
    kinds: allowed.map(({ name, title, action, description, usualInput }) => ({ name, title, action, description, usualInput })),
    running: jobs.unfinished(),
    waiting: journal.waiting(),
    owner: owner.view(),
    journal: { ...lostAt(), ...(kept.problem ? { problem: kept.problem } : {}) },
    local: { refused: forPlugin.reduce((sum, { refused }) => sum + refused, 0) },
    workers: { refused: strangers.count },
  })
  const servers: LocalServer[] = []
  const forPlugin: LocalServer[] = []
  for (const address of addresses(policy)) {
    const subject = {
      jobs,
      followUps: journal.followUps,
      status,
      owner,
      purgeWaitMs: () => purgeLimit.waitMs(),
      receipts: (from: number) => journal.receipts(from),
      rotateKey: () => rotateKey(link),
    }
    const server = await openLocalServer({ address, subject, journal, clock, log })
    servers.push(server)
    if (address.audience === 'plugin') forPlugin.push(server)
  }
  const spool = attendSpool(policy, { purges, pages, jobs, clock, log })
  return {
    worn,
    close: async () => {
      spool?.close()
      // What runs ends first, so that its followers and the gateway still hear of it.
      await jobs.close()
      await Promise.all(servers.map(server => server.close()))
      await link?.close()
      await door.close()
      pages?.close()
      kept.close()
    },
  }
}

/** The chain of an agent whose key somebody knows. */
function receiptsOf(
  { siteId, agentId, receiptKeys: keys }: AgentIdentity,
  options: Omit<ReceiptChainOptions, 'siteId' | 'agentId' | 'keys'>,
): Receipts | undefined {
  return keys && new ReceiptChain({ siteId, agentId, keys, ...options })
}

/** The index of pages, where the plugin notes what they are made of and changes may be brought into effect. */
function openPages({ agent, nginx }: DocumentPolicy, purges: boolean, options: Omit<KeptPagesOptions, 'caches'>): PageIndex | undefined {
  if (agent.spool === undefined || !purges) return undefined
  return keepPages(join(agent.state, 'pages.db'), { ...options, caches: nginx?.cachePath !== undefined })
}

/** What attending to the spool takes. */
interface SpoolSide {
  readonly purges: boolean
  readonly pages: PageIndex | undefined
  readonly jobs: Jobs
  readonly clock: Clock
  readonly log: Log
}

/** Reads what the plugin notes, and makes jobs of the changes. */
function attendSpool({ agent }: DocumentPolicy, { purges, pages, jobs, clock, log }: SpoolSide): { close(): void } | undefined {
  const { spool: folder } = agent
  if (folder === undefined) return undefined
  if (!purges) {
    log.warn('spool:unwanted', { reason: `The policy file does not allow ${changesKind}.` })
    return watchSpool({ folder, sink: forgettingSink(), clock, log, noted: () => {} })
  }
  if (!pages) return undefined
  const made = changeJobs({ ledger: pages, jobs, clock, log })
  const watch = watchSpool({ folder, sink: pages, clock, log, noted: () => made.consider() })
  return {
    close: () => {
      watch.close()
      made.close()
    },
  }
}

function statusOfLink(
  identity: AgentIdentity | undefined,
  link: Link | undefined,
  startedAt: number,
): Pick<LocalStatus, 'agentId' | 'siteId' | 'link'> {
  const enrolled = identity && { agentId: identity.agentId, siteId: identity.siteId }
  if (!link || link.state.state === 'closed') return { ...enrolled, link: { state: 'none', since: startedAt } }
  const { state, since, lastClose } = link.state
  const said = lastClose === undefined ? {} : { lastClose: lastClose.slice(0, 500) }
  return { ...enrolled, link: { state, since, ...said, refused: link.refused, keyChanging: link.keyChanging } }
}

/** @throws PlatenError enrol.missing, file.denied, agent.revoked */
function rotateKey(link: Link | undefined): void {
  if (!link) throw new PlatenError('enrol.missing')
  link.rotateKey()
}

function addresses({ agent }: DocumentPolicy): readonly LocalAddress[] {
  return [
    { audience: 'control', socket: agent.control, mode: 0o600 },
    { audience: 'plugin', socket: agent.socket, mode: 0o666 },
    ...(agent.tcp ? [{ audience: 'plugin', ...agent.tcp } as const] : []),
  ]
}

/** Runs this process as the agent's main process until the launcher ends it or goes away. */
export async function runMain(composition: AgentComposition = productComposition): Promise<void> {
  process.umask(0o077)
  const { values } = parseArgs({
    options: { policy: { type: 'string', default: usualPolicyPath }, local: { type: 'boolean', default: false } },
  })
  const log = stderrLog('agent')
  const launcher = launcherLink(new Socket({ fd: 3 }))
  const asked = new Promise<string>(resolve => process.once('SIGTERM', resolve))
  try {
    const agent = await startAgent({ policy: readPolicy(values.policy), launcher, log, local: values.local, composition })
    launcher.ready()
    log.info('agent:ready', { version: agentVersion })
    await Promise.race([asked, launcher.closed, agent.worn])
    await agent.close()
    log.info('agent:stopped')
  } catch (error) {
    const known = toPlatenError(error)
    log.error('agent:failed', { error: known })
    await launcher.failed(known.code)
    process.exitCode = 1
  }
  process.exit()
}

if (import.meta.main) await runMain()
