import type { Bus } from '../ports/bus.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { LatestProgress } from '../ports/progress.ts'
import type { Store } from '../ports/store.ts'
import type { Scope, Token } from '../ports/tokens.ts'

/** What the API needs of whoever composes a gateway. */
export interface HttpParts {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly progress: LatestProgress
  /** Makes a one-time enrolment token for a site of an account. */
  invite(site: { readonly accountId: string; readonly siteId: string }): Promise<{ readonly token: string; readonly expiresAt: number }>
  /** Turns a token and a key into an agent. */
  redeem(request: {
    readonly token: string
    readonly publicKey: string
    readonly siteUrl: string
    readonly version: string
  }): Promise<object>
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[]
}

/** A request that was let in. */
export interface Call {
  readonly token: Token
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  readonly idempotencyKey: string | undefined
}

/** What a route answers. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** One route of the API, apart from any HTTP library. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** With `:name` parameters. */
  readonly path: string
  readonly scope: Scope
  /** One line for the API's page. */
  readonly summary: string
  /** JSON Schema of the body; its absence means that none is read. */
  readonly body?: object
  /** What the audit log calls it; only mutations have one. */
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
