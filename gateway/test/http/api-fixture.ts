import { createHash, randomBytes } from 'node:crypto'
import { kinds, newId } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { resultValidators } from '@platen/protocol/validators/results'
import { memoryBus } from '../../src/bus/memory-bus.ts'
import { invite, redeem } from '../../src/enrolment/enrolment.ts'
import { usualRates, type RequestRates } from '../../src/http/request-rate.ts'
import { httpServer, type HttpServer } from '../../src/http/server.ts'
import { latestProgress } from '../../src/latest-progress.ts'
import { quietLog } from '../../src/link/quiet-log.ts'
import type { Bus } from '../../src/ports/bus.ts'
import type { CounterName, Metrics } from '../../src/ports/metrics.ts'
import type { Store } from '../../src/ports/store.ts'
import type { Scope } from '../../src/ports/tokens.ts'
import { temporaryStore } from '../support/temporary-store.ts'
import { ManualClock } from '../link/manual-clock.ts'

/** What the API answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body where it is JSON, else nothing. */
  readonly body: Readonly<Record<string, unknown>>
}

/** What is sent besides method and path. */
export interface Request {
  /** Undefined sends none. */
  readonly token?: string | undefined
  readonly body?: unknown
  /** Sent as it is, as JSON. */
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An account with a token of each scope and a site. */
export interface Caller {
  readonly accountId: string
  readonly siteId: string
  readonly siteUrl: string
  readonly token: Readonly<Record<Scope, string>>
  readonly tokenId: Readonly<Record<Scope, string>>
}

/** The API on a loopback port, with its store in a folder of its own, and two accounts: the platform’s own and another. */
export class Api {
  readonly store: Store = temporaryStore()
  readonly clock = new ManualClock()
  readonly lines: string[] = []
  /** Agents that the link holds. */
  readonly duplicates = new Set<string>()
  readonly bus: Bus
  readonly http: HttpServer
  readonly #counts: string[] = []
  #url = ''
  mine!: Caller
  theirs!: Caller

  private constructor(rates: RequestRates) {
    const line = (event: string, members: object = {}): void => void this.lines.push(JSON.stringify({ event, ...members }))
    const metrics: Metrics = { count: (name, label = '') => void this.#counts.push(`${name} ${label}`), gauge: () => {} }
    const log = quietLog({ info: line, warn: line, error: line }, this.clock, metrics)
    this.bus = memoryBus(log)
    const { store, bus, clock } = this
    const enrolment = { agents: store.agents, bus, gateway: 'gateway.test', now: () => clock.now() }
    this.http = httpServer({
      store,
      bus,
      clock,
      log,
      metrics,
      progress: latestProgress(bus),
      catalog: { kinds, inputs: inputValidators, results: resultValidators },
      heldBecause: ({ id }) => (this.duplicates.has(id) ? 'duplicate' : undefined),
      mayUseCdn: (accountId, name) => accountId === this.mine.accountId && name === 'main',
      trustProxy: [],
      rates,
      invite: (site, record) => invite(enrolment, site, record),
      redeem: request => redeem(enrolment, request),
    })
  }

  static async open(rates: RequestRates = usualRates): Promise<Api> {
    const api = new Api(rates)
    api.mine = await api.#caller(true)
    api.theirs = await api.#caller()
    api.#url = `http://127.0.0.1:${await api.http.listen('127.0.0.1', 0)}`
    return api
  }

  /** How often something was counted. */
  counted(name: CounterName, label: string): number {
    return this.#counts.filter(each => each === `${name} ${label}`).length
  }

  get url(): string {
    return this.#url
  }

  async close(): Promise<void> {
    await this.http.close()
    await this.store.close()
  }

  /** Asks, with the admin token of `mine` unless another is named. */
  async ask(method: string, path: string, { token = this.mine.token.admin, body, raw, headers }: Request = {}): Promise<Answer> {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
      signal: AbortSignal.timeout(10_000),
    })
    const answered = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    const known = { status: response.status, headers: response.headers, text: answered }
    return { ...known, body: isJson ? (JSON.parse(answered) as Answer['body']) : {} }
  }

  /** A body that dispatches a purge to a site of `mine`. */
  purge(change: object = {}): object {
    return { siteId: this.mine.siteId, kind: 'cache.purge', input: { everything: true, reason: 'a test' }, ...change }
  }

  /** Dispatches a purge that stays by itself, since it has a time of its own, and answers its id. */
  async dispatch(caller: Caller = this.mine): Promise<string> {
    const purge = this.purge({ siteId: caller.siteId, notBefore: new Date(this.clock.now()).toISOString() })
    const { body } = await this.ask('POST', '/v1/jobs', { token: caller.token.dispatch, body: purge })
    return String(body['id'])
  }

  /** Enrols an agent at a site, as an agent does. */
  async enrol({ siteId, siteUrl, token }: Caller = this.mine, publicKey = randomBytes(32).toString('base64url')): Promise<string> {
    const invitation = await this.ask('POST', `/v1/sites/${siteId}/enrolment`, { token: token.admin })
    const body = { token: invitation.body['token'], publicKey, siteUrl, version: '1.2.3' }
    return String((await this.ask('POST', '/v1/agents/enrol', { token: '', body })).body['agentId'])
  }

  async #caller(isPlatform = false): Promise<Caller> {
    const [accountId, siteId] = [newId('acct'), newId('site')]
    const siteUrl = `https://${siteId}.example`
    const createdAt = this.clock.now()
    await this.store.tokens.createAccount(accountId, 'an account', createdAt, isPlatform)
    await this.store.sites.create({ id: siteId, accountId, url: siteUrl, createdAt })
    const make = async (scope: Scope): Promise<[Scope, string, string]> => {
      const secret = `plt_${randomBytes(32).toString('base64url')}`
      const hash = createHash('sha256').update(secret).digest('base64url')
      const { id } = await this.store.tokens.create({ id: newId('tok'), accountId, name: scope, scope, hash, createdAt })
      return [scope, secret, id]
    }
    const made = [await make('read'), await make('dispatch'), await make('admin')]
    const token = Object.fromEntries(made.map(([scope, secret]) => [scope, secret])) as Caller['token']
    const tokenId = Object.fromEntries(made.map(([scope, , id]) => [scope, id])) as Caller['tokenId']
    return { accountId, siteId, siteUrl, token, tokenId }
  }
}
