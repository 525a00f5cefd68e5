import { createHash } from 'node:crypto'
import { canonicalJson, newId, PlatenError, type Json } from '@platen/protocol'
import type { Scope, Token } from '../ports/tokens.ts'
import { authenticate, requireScope } from './authenticate.ts'
import type { Call, HttpParts, Route } from './context.ts'
import { RequestRate } from './request-rate.ts'

/** Who asks, as far as the head of a request tells. */
export interface Asker {
  readonly authorization: string | undefined
  /** Behind the proxies that are trusted. */
  readonly address: string
}

/** A request as any HTTP library has it. */
export interface RawCall {
  readonly idempotencyKey: string | readonly string[] | undefined
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

/** Refuses for now, and says for how long. */
export class TooMany extends PlatenError {
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('rate.limited')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

const mostKeyLength = 200

/** Lets requests in: who asks, how often, with what scope, under which Idempotency-Key. */
export class Gatekeeper {
  readonly #parts: Pick<HttpParts, 'store' | 'clock'>
  readonly #tokens: RequestRate
  readonly #addresses: RequestRate

  constructor({ store, clock, rates }: Pick<HttpParts, 'store' | 'clock' | 'rates'>) {
    this.#parts = { store, clock }
    this.#tokens = new RequestRate(clock, rates.token)
    this.#addresses = new RequestRate(clock, rates.address)
  }

  /** Counts a request that nobody answers for by a token. @throws PlatenError rate.limited */
  admitAddress(address: string): void {
    const waitSeconds = this.#addresses.waitSeconds(address)
    if (waitSeconds > 0) throw new TooMany(waitSeconds)
  }

  /** The token of a request. Guesses count against the address that makes them. @throws PlatenError token.invalid, token.scope, rate.limited */
  async admit({ authorization, address }: Asker, scope: Scope): Promise<Token> {
    const token = await authenticate(authorization, this.#parts.store.tokens).catch((error: unknown) => {
      // A store that is away is no guess.
      if (error instanceof PlatenError && error.code === 'token.invalid') this.admitAddress(address)
      throw error
    })
    const waitSeconds = this.#tokens.waitSeconds(token.id)
    if (waitSeconds > 0) throw new TooMany(waitSeconds)
    requireScope(token, scope)
    return token
  }

  /** What a route's handler is given. @throws PlatenError input.invalid */
  call(token: Token, { path, audit }: Pick<Route, 'path' | 'audit'>, raw: RawCall): Call {
    const { params, query, body } = raw
    const idempotency = keyOf(raw, { path, params, body })
    const { clock } = this.#parts
    const actor = `token:${token.id}`
    return {
      token,
      params,
      query,
      body,
      record: subject => ({
        audit: { id: newId('evt'), accountId: token.accountId, at: clock.now(), actor, action: audit ?? '', subject, outcome: 'done' },
        ...(idempotency ? { idempotency } : {}),
      }),
    }
  }

  /** Writes down a mutation that was refused. */
  async noteRefusal(call: Call, error: PlatenError): Promise<void> {
    const { params, body } = call
    const subject = params['id'] ?? (typeof body['siteId'] === 'string' ? body['siteId'] : '')
    await this.#parts.store.audit.append({ ...call.record(subject.slice(0, 100)).audit, outcome: error.code })
  }
}

function keyOf({ idempotencyKey: key }: RawCall, request: object): { key: string; requestHash: string } | undefined {
  if (key === undefined) return undefined
  if (typeof key !== 'string' || key === '' || key.length > mostKeyLength)
    throw new PlatenError('input.invalid', `1 to ${mostKeyLength} characters are meant.`, { field: 'Idempotency-Key' })
  const requestHash = createHash('sha256')
    .update(canonicalJson(request as Json))
    .digest('base64url')
  return { key, requestHash }
}
