import { PlatenError } from '@platen/protocol'
import type { IdempotencyKey, RequestRecord } from '../../ports/request-record.ts'
import { appendAudit } from './audit.ts'
import type { SqlDatabase } from './database.ts'

/** How a change is made, and what stands for it when its request comes again. */
export interface Change<T> {
  /** Makes the change; undefined or false where there was nothing to change. */
  fresh(): Promise<T>
  /** What was made under the key then. */
  again(subject: string): Promise<T>
}

const keptMs = 24 * 3_600_000
const forgottenAtOnce = 500

/**
 * Makes a change, writes its line in the audit log and remembers its key and what was made.
 * @throws PlatenError idempotency.conflict
 */
export async function recorded<T>(
  database: SqlDatabase,
  accountId: string,
  record: RequestRecord | undefined,
  subject: string | ((made: T) => string),
  change: Change<T>,
): Promise<T> {
  const earlier = record?.idempotency && earlierSubject(database, accountId, record.idempotency)
  if (earlier !== undefined) return change.again(earlier)
  const made = await change.fresh()
  if (record && made !== undefined && made !== false)
    note(database, accountId, record, typeof subject === 'string' ? subject : subject(made))
  return made
}

/** Forgets keys that are older than a day, some at a time. */
export function forgetKeys(database: SqlDatabase, now: number): void {
  const old = 'SELECT account_id, key FROM idempotency_keys WHERE created_at < ? LIMIT ?'
  database.run(`DELETE FROM idempotency_keys WHERE (account_id, key) IN (${old})`, now - keptMs, forgottenAtOnce)
}

function earlierSubject(database: SqlDatabase, accountId: string, { key, requestHash }: IdempotencyKey): string | undefined {
  const row = database.get('SELECT * FROM idempotency_keys WHERE account_id = ? AND key = ?', accountId, key)
  if (row && row['request_hash'] !== requestHash) throw new PlatenError('idempotency.conflict', undefined, { field: 'Idempotency-Key' })
  return row && String(row['subject'])
}

function note(database: SqlDatabase, accountId: string, { audit, idempotency }: RequestRecord, subject: string): void {
  appendAudit(database, audit)
  if (!idempotency) return
  const sql = 'INSERT INTO idempotency_keys (account_id, key, request_hash, subject, created_at) VALUES (?, ?, ?, ?, ?)'
  database.run(sql, accountId, idempotency.key, idempotency.requestHash, subject, audit.at)
}
