import type { Catalog } from '../domain/catalog.ts'
import type { Bus } from '../ports/bus.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { LatestProgress } from '../ports/progress.ts'
import type { RequestRecord } from '../ports/request-record.ts'
import type { Store } from '../ports/store.ts'
import type { Scope, Token } from '../ports/tokens.ts'
import type { RequestRates } from './request-rate.ts'

/** What the API needs of whoever composes a gateway. */
export interface HttpParts {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  /** Which no caller can fill. */
  readonly log: Log
  readonly metrics: Pick<Metrics, 'count'>
  readonly progress: LatestProgress
  readonly catalog: Catalog
  /** Makes a one-time enrolment token for a site of an account. */
  invite(
    site: { readonly accountId: string; readonly siteId: string },
    record: RequestRecord,
  ): Promise<{ readonly token?: string; readonly expiresAt: number }>
  /** Turns a token and a key into an agent. */
  redeem(request: {
    readonly token: string
    readonly publicKey: string
    readonly siteUrl: string
    readonly version: string
  }): Promise<object>
  /** Why an agent that is connected gets no jobs, as far as this gateway knows. */
  readonly heldBecause: (agent: { readonly id: string }) => 'duplicate' | undefined
  /** Whether sites of an account may be purged under one at a CDN, by its name in the gateway's CDN file. */
  readonly mayUseCdn: (accountId: string, name: string) => boolean
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[]
  readonly rates: RequestRates
}

/** A request that was let in. */
export interface Call {
  readonly token: Token
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  /** What the store keeps of this request, with the change that it asks for: its line in the audit log, and its Idempotency-Key. */
  readonly record: (subject: string) => RequestRecord
}

/** What a route answers. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** What the API's page and openapi.json say of a route. */
export interface RouteDocument {
  readonly method: 'GET' | 'POST'
  /** With `:name` parameters. */
  readonly path: string
  /** Nobody needs a token for a `public` one. */
  readonly scope: Scope | 'public'
  /** One line. */
  readonly summary: string
  /** What else a caller has to know. */
  readonly description?: string
  /** Query parameters by name, each a JSON Schema with a description. */
  readonly query?: Readonly<Record<string, object>>
  /** JSON Schema of the body; its absence means that none is read. */
  readonly body?: object
  readonly bodyExample?: unknown
  /** Where it may be larger than usual. */
  readonly bodyBytes?: number
  readonly answer: { readonly status: number; readonly schema: object; readonly example: unknown; readonly type?: string }
}

/** One route of the API, apart from any HTTP library. */
export interface Route extends RouteDocument {
  readonly scope: Scope
  /** What the audit log calls it; mutations have one, and they alone. */
  readonly audit?: string
  handle(call: Call, parts: HttpParts): Promise<Answer>
}

/** 200 with a body. */
export function ok(body: unknown): Answer {
  return { status: 200, body }
}

/** ISO 8601 in UTC. */
export function iso(ms: number): string {
  return new Date(ms).toISOString()
}
