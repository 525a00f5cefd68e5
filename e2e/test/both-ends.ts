import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CdnDesk,
  Link,
  openJournal,
  ReceiptChain,
  readIdentity,
  type AgentIdentity,
  type Jobs,
  type Journal,
  type LinkOptions as AgentLinkOptions,
  type Run,
  type RunNews,
} from '@platen/agent'
import {
  invite,
  memoryBus,
  openLink,
  redeem,
  sqliteStore,
  type GatewayLink,
  type Job,
  type LinkOptions,
  type Signer,
  type Store,
} from '@platen/gateway'
import { kinds, newId } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { resultValidators } from '@platen/protocol/validators/results'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const purged = { summary: 'Done', layers: [], proof: [], refreshed: 0 }

/** Runs every job at once, and journals its end with its report, as the agent does; or holds them until a test says so. */
export class InstantJobs implements Pick<Jobs, 'offer' | 'cancel' | 'running' | 'subscribe' | 'forgot' | 'notice'> {
  readonly ran: string[] = []
  /** Whether jobs run until `finish`. */
  holds = false
  readonly #journal: Journal
  #held: Run[] = []
  #listener: (news: RunNews) => void = () => {}

  forgot: Jobs['forgot'] = () => {}
  notice: Jobs['notice'] = () => {}

  constructor(journal: Journal) {
    this.#journal = journal
  }

  offer: Jobs['offer'] = offered => {
    const known = this.#journal.find(offered.jobId)
    if (known && known.epoch >= offered.epoch) return { code: 'grant.replayed', message: 'again' }
    // One that has ended under a lease before is not done again: its end is told under this one, as the agent does.
    if (!known) this.ran.push(offered.jobId)
    const { settled: _settled, ...identity } = offered
    const run: Run = { ...identity, origin: 'platform', createdAt: 1, state: 'accepted' }
    if (this.holds) this.#held.push(run)
    else this.#end(run)
    return 'accepted'
  }
  cancel: Jobs['cancel'] = () => 'unknown'
  running: Jobs['running'] = () => this.#held.map(({ jobId, attempt, epoch }) => ({ jobId, attempt, epoch }))
  subscribe: Jobs['subscribe'] = listener => {
    this.#listener = listener
    return () => (this.#listener = () => {})
  }

  /** Ends what is held. */
  finish(): void {
    for (const run of this.#held.splice(0)) this.#end(run)
  }

  #end({ state: _state, ...identity }: Run): void {
    const { jobId, attempt, epoch } = identity
    const end = { outcome: 'succeeded', effect: 'applied', result: purged } as const
    const run: Run = { ...identity, state: 'ended', finishedAt: 2, end }
    this.#journal.save(run, [{ type: 'job.result', jobId, attempt, epoch, ...end, finishedAt: 2 }])
    queueMicrotask(() => this.#listener({ type: 'state', run }))
  }
}

/** Of its site, unless a test says otherwise. */
const usualUrl = 'https://a.example'
const gatewayName = 'gateway.test'

/** A gateway's link with its store, and an agent's link with its journal: the real ones, in one process. */
export class BothEnds {
  readonly accountId: string = newId('acct')
  readonly siteId: string = newId('site')
  readonly siteUrl: string
  readonly folder: string = mkdtempSync(join(tmpdir(), 'platen-link-'))
  readonly store: Store
  readonly bus: ReturnType<typeof memoryBus> = memoryBus(log)
  readonly journal: Journal
  readonly jobs: InstantJobs
  /** What the agent of the identity on disk signs. */
  receipts!: ReceiptChain
  /** Where its jobs have pages purged at the CDN. */
  cdn!: CdnDesk
  /** Where the agent finds the gateway; the gateway's own address unless something stands between. */
  via: string | undefined
  /** The gateway's port, from its first start on. */
  port = 0
  gateway!: GatewayLink
  identity!: AgentIdentity
  link: Link | undefined
  readonly #root: KeyObject = generateKeyPairSync('ed25519').privateKey
  #server!: Server

  constructor(siteUrl: string = usualUrl) {
    this.siteUrl = siteUrl
    this.store = sqliteStore(join(this.folder, 'gateway.db'), { kinds, random: () => 0 })
    this.journal = openJournal(join(this.folder, 'journal.db'))
    this.jobs = new InstantJobs(this.journal)
  }

  /** With the gateway started and the agent enrolled, but not yet connected. */
  static async make(options: Partial<LinkOptions> = {}, siteUrl?: string): Promise<BothEnds> {
    const ends = new BothEnds(siteUrl)
    await ends.store.tokens.createAccount(ends.accountId, 'account', 0)
    await ends.store.sites.create({ id: ends.siteId, accountId: ends.accountId, url: ends.siteUrl, createdAt: 0 })
    await ends.startGateway(options)
    await ends.enrol()
    return ends
  }

  async remove(): Promise<void> {
    await this.link?.close()
    await this.stopGateway()
    this.journal.close()
    await this.store.close()
    rmSync(this.folder, { recursive: true })
  }

  async startGateway(options: Partial<LinkOptions> = {}): Promise<void> {
    this.#server = createServer()
    await new Promise<void>(resolve => this.#server.listen(this.port, '127.0.0.1', resolve))
    this.port = (this.#server.address() as AddressInfo).port
    this.gateway = openLink({
      server: this.#server,
      store: this.store,
      bus: this.bus,
      signer: signerOf(this.#root),
      clock: { now: Date.now, after: (ms, call) => clearer(setTimeout(call, ms).unref()), random: Math.random },
      log,
      gateway: gatewayName,
      catalog: { kinds, inputs: inputValidators, results: resultValidators },
      cdn: { purge: async () => ({ outcome: 'purged' }) },
      ...options,
    })
  }

  async stopGateway(firstMs = 0): Promise<void> {
    await this.gateway.drain({ firstMs })
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  /** Enrols the agent at its site, which retires the one that was there; its identity is on disk as the real one's. */
  async enrol(): Promise<void> {
    const { token = '' } = await invite({ agents: this.store.agents, now: Date.now }, { accountId: this.accountId, siteId: this.siteId })
    const { d: privateKey, x: publicKey = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
    const parts = { agents: this.store.agents, bus: this.bus, gateway: gatewayName, now: Date.now }
    const enrolled = await redeem(parts, { token, publicKey, siteUrl: this.siteUrl, version: '0' })
    const pinned = { gateways: [this.via ?? `http://127.0.0.1:${this.port}`], signerRoot: this.#root.export({ format: 'jwk' }).x }
    writeFileSync(this.identityFile, JSON.stringify({ version: 1, ...enrolled, ...pinned, privateKey, publicKey }))
    this.readIdentity()
  }

  get identityFile(): string {
    return join(this.folder, 'identity.json')
  }

  /** As an agent does when it starts. */
  readIdentity(): void {
    const identity = readIdentity(this.identityFile)
    if (!identity) throw new Error('no identity')
    this.identity = identity
    const { siteId, agentId, receiptKeys: keys } = identity
    if (!keys) throw new Error('no keys')
    const { journal } = this
    const clock = siteClock(0)
    this.receipts = new ReceiptChain({ siteId, agentId, keys, journal, lostBefore: () => undefined, clock })
    this.cdn = new CdnDesk({ journal, receipts: this.receipts, clock, log })
  }

  startAgent(clock: AgentClock = siteClock()): Link {
    const { identity, jobs, journal, cdn } = this
    this.link = new Link({
      identity,
      jobs,
      journal,
      cdn,
      clock,
      log,
      version: '0.0.0',
      kinds: ['cache.purge'],
      facts: () => ({ version: '0.0.0' }),
    })
    return this.link
  }

  async queue(): Promise<string> {
    const now = Date.now()
    const job: Job = {
      id: newId('job'),
      accountId: this.accountId,
      siteId: this.siteId,
      kind: 'cache.purge',
      input: { everything: true, reason: randomBytes(4).toString('hex') },
      origin: 'platform',
      createdAt: now,
      queueDeadline: now + 60_000,
      attempt: 0,
      epoch: 0,
      settled: 0,
      state: 'queued',
      notBefore: now,
    }
    await this.store.jobs.create(job)
    this.bus.publish({ type: 'job queued', place: this.siteId })
    return job.id
  }

  async stateOf(id: string): Promise<string | undefined> {
    return (await this.store.jobs.find(this.accountId, id))?.state
  }

  /** A job from the queue to its result. */
  async carryOne(): Promise<void> {
    const id = await this.queue()
    await until(async () => (await this.stateOf(id)) === 'succeeded', 'succeeded')
  }

  /** Until the agent is connected, or not any more. */
  async linkIs(state: Link['state']['state']): Promise<void> {
    await until(() => this.link?.state.state === state, state)
  }
}

type AgentClock = AgentLinkOptions['clock']

/** The clock of a site, so many milliseconds ahead. */
export function siteClock(aheadMs = 0): AgentClock {
  return {
    now: () => Date.now() + aheadMs,
    monotonic: () => performance.now(),
    after: (ms, call) => clearer(setTimeout(call, ms)),
    // The shortest of all back-offs.
    random: () => 0,
  }
}

/** Waits until something is so, a turn of the event loop at a time. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; !(await isSo()); await new Promise(resolve => setImmediate(resolve))) {
    if (Date.now() > end) throw new Error(`never: ${what}`)
  }
}

/** A signer of its own key, which the root certifies. */
function signerOf(root: KeyObject): Signer {
  const key = generateKeyPairSync('ed25519').privateKey
  const signed = (by: KeyObject, value: unknown): { payload: string; signature: string } => {
    const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
    return { payload, signature: sign(null, Buffer.from(payload), by).toString('base64url') }
  }
  const now = Date.now()
  const certificate = signed(root, { key: key.export({ format: 'jwk' }).x, notBefore: now - 60_000, notAfter: now + 3_600_000 })
  return { sign: async request => ({ ...signed(key, { ...request, expiresAt: Date.now() + 60_000 }), certificate }) }
}

function clearer(timer: NodeJS.Timeout): () => void {
  return () => clearTimeout(timer)
}
