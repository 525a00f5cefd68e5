import type { AuditEntry } from './audit.ts'

/** How a repeated request is recognized. */
export interface IdempotencyKey {
  readonly key: string
  /** SHA-256 of the request, so that the same key with another body is refused. */
  readonly requestHash: string
}

/**
 * What is kept of the request that asked for a change, in the same commit as the change: there is no change without its line in
 * the audit log, and a request that comes twice under one key changes something once. A store that gets a key it knows
 * answers with the record of then, and throws PlatenError idempotency.conflict where it was used for another request. Keys are
 * forgotten after a day.
 */
export interface RequestRecord {
  readonly audit: AuditEntry
  readonly idempotency?: IdempotencyKey
}
