import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { kinds, newId, type AgentFrame, type PlatenError } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { resultValidators } from '@platen/protocol/validators/results'
import { memoryBus } from '../../src/bus/memory-bus.ts'
import type { Job } from '../../src/domain/job.ts'
import { placeOf } from '../../src/domain/place.ts'
import { invite, redeem } from '../../src/enrolment/enrolment.ts'
import { openLink, type GatewayLink, type LinkOptions } from '../../src/link/link.ts'
import type { Hint } from '../../src/domain/hint.ts'
import type { Bus } from '../../src/ports/bus.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { CounterName, GaugeName } from '../../src/ports/metrics.ts'
import type { Signer } from '../../src/ports/signer.ts'
import type { Store } from '../../src/ports/store.ts'
import { GrantOffice } from '../../src/signer/grant-office.ts'
import { SigningKeys } from '../../src/signer/signing-key.ts'
import { temporaryStore } from '../support/temporary-store.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { newKeys, token, upgrade, type Connection, type Keys } from './wire-agent.ts'

/** A log line. */
export interface Line {
  readonly event: string
  readonly members: Readonly<Record<string, unknown>>
}

/** An enrolled agent's name and keys. */
export interface Enrolled {
  readonly agentId: string
  readonly siteId: string
  readonly keys: Keys
}

export const gatewayName = 'gateway.test'

/** A gateway's link on a loopback port, its store in a folder of its own, with a signer of its own in the same process. */
export class GatewayFixture {
  readonly store: Store = temporaryStore()
  readonly bus: Bus
  readonly lines: Line[] = []
  readonly hints: Hint[] = []
  readonly accountId: string = newId('acct')
  readonly #counts = new Map<string, number>()
  readonly #gauges = new Map<string, () => number>()
  signerFails: PlatenError | undefined
  link!: GatewayLink
  readonly #root: { privateKey: KeyObject; publicKey: string }
  readonly #clock: Clock
  readonly #options: Partial<LinkOptions>
  readonly #connections: Connection[] = []
  #server!: Server

  constructor(options: Partial<LinkOptions> = {}) {
    const { privateKey } = generateKeyPairSync('ed25519')
    this.#root = { privateKey, publicKey: privateKey.export({ format: 'jwk' }).x as string }
    this.#clock = options.clock ?? systemClock
    this.#options = options
    this.bus = options.bus ?? memoryBus(this.#log)
    this.bus.subscribe(hint => this.hints.push(hint))
  }

  static async open(options: Partial<LinkOptions> = {}): Promise<GatewayFixture> {
    const fixture = new GatewayFixture(options)
    await fixture.store.tokens.createAccount(fixture.accountId, 'account', 0, true)
    await fixture.listen()
    return fixture
  }

  get signerRoot(): string {
    return this.#root.publicKey
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Starts serving, on a new port. */
  async listen(): Promise<void> {
    this.#server = createServer()
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    this.link = openLink({
      server: this.#server,
      store: this.store,
      bus: this.bus,
      signer: this.#signer(),
      clock: this.#clock,
      log: this.#log,
      metrics: { count: (name, label = '') => this.#count(`${name} ${label}`), gauge: (name, read) => void this.#gauges.set(name, read) },
      gateway: gatewayName,
      catalog: { kinds, inputs: inputValidators, results: resultValidators },
      cdn: { purge: async () => ({ outcome: 'purged' }) },
      ...this.#options,
    })
  }

  /** Goes away as a gateway that is restarted; the store stays. */
  async leave(): Promise<void> {
    await this.link.drain()
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.end()
    await this.leave()
    await this.store.close()
  }

  /** A site with an enrolled agent; the same site again retires its agent. */
  async enrol(siteId: string = newId('site')): Promise<Enrolled> {
    const known = await this.store.sites.find(this.accountId, siteId)
    const siteUrl = known?.url ?? `https://${siteId}.example`
    const now = (): number => this.#clock.now()
    if (!known) await this.store.sites.create({ id: siteId, accountId: this.accountId, url: siteUrl, createdAt: 0 })
    const { token } = await invite({ agents: this.store.agents, now }, { accountId: this.accountId, siteId })
    if (!token) throw new Error('no token')
    const keys = newKeys()
    const parts = { agents: this.store.agents, bus: this.bus, gateway: gatewayName, now }
    const { agentId } = await redeem(parts, { token, publicKey: keys.x, siteUrl, version: '0' })
    return { agentId, siteId, keys }
  }

  /** An agent's socket, before its hello. */
  async connect({ agentId, keys }: Enrolled): Promise<Connection> {
    const upgraded = await upgrade(this.url, this.token({ agentId, keys }))
    if (!upgraded.ok) throw new Error(`answered ${upgraded.status}`)
    this.#connections.push(upgraded.connection)
    return upgraded.connection
  }

  token({ agentId, keys }: Pick<Enrolled, 'agentId' | 'keys'>): string {
    const iat = Math.floor(this.#clock.now() / 1_000)
    return token(keys, { iss: agentId, aud: gatewayName, iat, exp: iat + 60 })
  }

  /** An agent's socket, after its welcome. */
  async welcomed(agent: Enrolled, change: Partial<Extract<AgentFrame, { type: 'hello' }>> = {}): Promise<Connection> {
    const connection = await this.connect(agent)
    await connection.hello(agent.agentId, agent.keys, change)
    await connection.next('welcome')
    return connection
  }

  /** Queues a purge as the API does, or what is said in its place. */
  async queue(siteId: string, change: Partial<Pick<Job, 'kind' | 'input' | 'pool'>> = {}): Promise<Job> {
    const now = this.#clock.now()
    const { job } = await this.store.jobs.create({
      id: newId('job'),
      accountId: this.accountId,
      siteId,
      kind: 'cache.purge',
      input: { everything: true, reason: 'a test' },
      origin: 'platform',
      createdAt: now,
      queueDeadline: now + 3_600_000,
      attempt: 0,
      epoch: 0,
      settled: 0,
      state: 'queued',
      notBefore: now,
      ...change,
    })
    this.bus.publish({ type: 'job queued', place: placeOf(job) })
    return job
  }

  async job(id: string): Promise<Job> {
    const job = await this.store.jobs.find(this.accountId, id)
    if (!job) throw new Error(`no ${id}`)
    return job
  }

  /** Waits until something is so, a turn of the event loop at a time. */
  async until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (const end = Date.now() + 5_000; !(await isSo());) {
      if (Date.now() > end) throw new Error(`never: ${what}`)
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  events(name: string): readonly Line[] {
    return this.lines.filter(line => line.event === name)
  }

  /** How often something was counted. */
  counted(name: CounterName, label = ''): number {
    return this.#counts.get(`${name} ${label}`) ?? 0
  }

  gauge(name: GaugeName): number | undefined {
    return this.#gauges.get(name)?.()
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  readonly #log = {
    info: (event: string, members = {}): void => void this.lines.push({ event, members }),
    warn: (event: string, members = {}): void => void this.lines.push({ event, members }),
    error: (event: string, members = {}): void => void this.lines.push({ event, members }),
  }

  #signer(): Signer {
    const policy = { version: 1, kinds: ['cache.purge', 'images.optimize'], grantsPerMinute: 1_000, grantsPerSitePerMinute: 1_000 } as const
    const office = new GrantOffice(new SigningKeys(this.#root), policy, () => {})
    return {
      sign: async request => {
        if (this.signerFails) throw this.signerFails
        return office.grant(request)
      },
    }
  }
}

/** What an agent reports of a purge that went well. */
export const purged = {
  summary: 'Done',
  layers: [],
  proof: [],
  refreshed: 0,
} as const
