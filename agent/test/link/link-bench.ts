import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { newId, type GatewayFrame } from '@platen/protocol'
import type { Run } from '../../src/domain/run.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { Link, type LinkState } from '../../src/link/link.ts'
import type { AgentIdentity } from '../../src/ports/agent-identity.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Journal } from '../../src/ports/journal.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { CdnDesk } from '../../src/work/cdn-desk.ts'
import { outcomeFrame } from '../../src/work/frames.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { JobsDouble } from './jobs-double.ts'
import { TestSigner, testKey } from './test-signer.ts'
import { WireGateway, type AgentSocket } from './wire-gateway.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>

/** Whom this agent believes. */
export const signer: TestSigner = new TestSigner()
/** The agent's key. */
export const key: ReturnType<typeof testKey> = testKey()

/** What a test does differently about a grant. */
interface Granting {
  readonly by?: TestSigner
  readonly to?: { readonly siteId: string; readonly agentId: string }
  readonly nowMs?: number
}

/** The system's clock as a site has it. A back-off takes no time: what is random is always the least. */
export class BenchClock implements Clock {
  /** Milliseconds that it is ahead. */
  aheadMs = 0
  /** Waits that are as long end when a test says so. */
  heldMs = Infinity
  #held: { readonly ms: number; readonly call: () => void }[] = []
  now(): number {
    return systemClock.now() + this.aheadMs
  }
  monotonic(): number {
    return systemClock.monotonic()
  }
  random(): number {
    return 0
  }
  after(ms: number, call: () => void): () => void {
    if (ms < this.heldMs) return systemClock.after(ms, call)
    const wait = { ms, call }
    this.#held.push(wait)
    return () => {
      this.#held = this.#held.filter(other => other !== wait)
    }
  }
  /** Whether a wait of that length is held. */
  holds(ms: number): boolean {
    return this.#held.some(wait => wait.ms === ms)
  }
  /** Ends every wait that is held, or those of one length alone. */
  pass(ms?: number): void {
    const over = this.#held.filter(wait => ms === undefined || wait.ms === ms)
    this.#held = this.#held.filter(wait => !over.includes(wait))
    for (const { call } of over) call()
  }
}

/** An agent's link between a gateway and jobs that do as a test says; all of it is gone after the test. */
export class LinkBench {
  readonly gateway = new WireGateway()
  readonly jobs = new JobsDouble()
  readonly clock = new BenchClock()
  readonly lines: string[] = []
  readonly journal: Journal
  /** Where jobs have pages purged at the CDN; a test may take it away before the link is started. */
  cdn: CdnDesk | undefined
  facts: Record<string, string | boolean> = { version: '0' }
  identity: AgentIdentity
  #link: Link | undefined

  private constructor(journal: Journal, identity: Omit<AgentIdentity, 'gateways'>) {
    this.journal = journal
    this.cdn = new CdnDesk({ journal, clock: this.clock, log: { info: () => {}, warn: () => {}, error: () => {} } })
    this.identity = { ...identity, gateways: [] }
  }

  static async make(test: TestContext): Promise<LinkBench> {
    const ids = { agentId: newId('agent'), siteId: newId('site'), instanceId: newId('inst') }
    const journal = openJournal(join(tempFolder(test), 'journal.db'))
    const bench = new LinkBench(journal, { ...ids, gateway: 'gateway.test', signerRoot: signer.root, sign: key.sign })
    await bench.gateway.listen()
    bench.identity = { ...bench.identity, gateways: [bench.gateway.url] }
    test.after(() => bench.#close())
    return bench
  }

  /** Starts the link. */
  open(): Link {
    const { identity, jobs, journal, clock } = this
    const cdn = this.cdn ? { cdn: this.cdn } : {}
    const line = (event: string, members: object = {}): void => void this.lines.push(JSON.stringify({ event, ...members }))
    const log = { info: line, warn: line, error: line }
    const facts = (): Record<string, string | boolean> => this.facts
    this.#link = new Link({ identity, jobs, journal, ...cdn, clock, log, version: '0.0.0', kinds: ['cache.purge'], facts })
    return this.#link
  }

  /** The link, once it is started. */
  get link(): Link {
    if (!this.#link) throw new Error('the link is not started')
    return this.#link
  }

  get state(): LinkState['state'] {
    return this.link.state.state
  }

  /** Starts the link; the gateway's end of it, once the agent is let in. */
  async welcomed(change: Parameters<AgentSocket['welcome']>[0] = {}): Promise<AgentSocket> {
    this.open()
    const socket = await this.gateway.next()
    await socket.welcome(change)
    await until(() => this.state === 'open', 'open')
    return socket
  }

  /** An offer that the signer granted to this agent, but for what is changed. */
  offer({ by = signer, to = this.identity, nowMs = Date.now() }: Granting = {}): Offer {
    const job = { jobId: newId('job'), attempt: 1, epoch: 1, kind: 'cache.purge', input: { a: 1 }, runMs: 1_000, settled: 0 }
    const plain = { type: 'job.offer', ...job } as const
    return { ...plain, grant: by.grant(plain, to, nowMs) }
  }

  /** Puts a run that has ended on record, with the frame that tells of it. */
  save(run: Ended): Ended {
    this.journal.save(run, [outcomeFrame(run)])
    return run
  }

  async #close(): Promise<void> {
    await this.#link?.close()
    this.journal.close()
    await this.gateway.close()
  }
}

type Ended = Run & { state: 'ended' }

/** A run that has ended. */
export const ended = (jobId: string = newId('job'), attempt = 1, epoch = 1): Ended => ({
  jobId,
  kind: 'cache.purge',
  input: {},
  origin: 'platform',
  attempt,
  epoch,
  runMs: 1,
  createdAt: 1,
  state: 'ended',
  finishedAt: 2,
  end: { outcome: 'succeeded', effect: 'applied', result: { summary: 'Done' } },
})

/** Waits until something is so. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 15_000; !isSo(); await new Promise(resolve => setImmediate(resolve))) {
    if (Date.now() > end) throw new Error(`never: ${what}`)
  }
}
