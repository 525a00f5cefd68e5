import type { Page, PageRequest } from './page.ts'
import type { RequestRecord } from './request-record.ts'

/** What a token lets its holder do; each scope includes the ones before it. */
export type Scope = 'read' | 'dispatch' | 'admin'

/** An API token; the token itself is shown once and not kept. */
export interface Token {
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly scope: Scope
  /** SHA-256 of the token, base64url. */
  readonly hash: string
  readonly createdAt: number
  readonly revokedAt?: number
}

/** API tokens and the accounts that they belong to. */
export interface TokenStore {
  /** `isPlatform`: the account of whoever runs the gateway, whose agents may serve in pools. */
  createAccount(id: string, name: string, at: number, isPlatform?: boolean): Promise<void>
  /** Whether there is an account that somebody was ever given a token for; what a setup left that was cut off before does not count. */
  hasAccount(): Promise<boolean>
  /**
   * Commits a token; with a key that was used for the same request, the token of then (whose secret nobody has any more).
   * @throws PlatenError idempotency.conflict
   */
  create(token: Token, record?: RequestRecord): Promise<Token>
  /** The live token of this hash, whatever its account: this is how a request gets its account. */
  byHash(hash: string): Promise<Token | undefined>
  list(accountId: string, page: PageRequest): Promise<Page<Token>>
  /** False where there is no such token in the account. @throws PlatenError idempotency.conflict */
  revoke(accountId: string, id: string, at: number, record?: RequestRecord): Promise<boolean>
}
