import { PlatenError } from '@platen/protocol'
import type { IdempotencyKey, RequestRecord } from '../../ports/request-record.ts'
import { appendAudit } from './audit.ts'
import type { MongoDatabase, Within } from './database.ts'

/** How a change is made, and what stands for it when its request comes again. */
export interface Change<T> {
  /** Makes the change; undefined or false where there was nothing to change. */
  fresh(within: Within): Promise<T>
  /** What was made under the key then. */
  again(subject: string, within: Within): Promise<T>
}

const keptMs = 24 * 3_600_000

/**
 * Makes a change, writes its line in the audit log and remembers its key and what was made, in one transaction that has its turn among those of `places`.
 * @throws PlatenError idempotency.conflict
 */
export function recorded<T>(
  database: MongoDatabase,
  accountId: string,
  record: RequestRecord | undefined,
  subject: string | ((made: T) => string),
  change: Change<T>,
  places: readonly string[] = [],
): Promise<T> {
  return database.transaction(places, async within => {
    const earlier = record?.idempotency && (await earlierSubject(database, accountId, record.idempotency, within))
    if (earlier !== undefined) return change.again(earlier, within)
    const made = await change.fresh(within)
    if (record && made !== undefined && made !== false)
      await note(database, accountId, record, typeof subject === 'string' ? subject : subject(made), within)
    return made
  })
}

/** Forgets keys that are older than a day. */
export async function forgetKeys(database: MongoDatabase, now: number): Promise<void> {
  await database.rows('idempotencyKeys').deleteMany({ createdAt: { $lt: now - keptMs } })
}

async function earlierSubject(
  database: MongoDatabase,
  accountId: string,
  { key, requestHash }: IdempotencyKey,
  within: Within,
): Promise<string | undefined> {
  const row = await database.rows('idempotencyKeys').findOne({ _id: keyId(accountId, key) }, within)
  if (row && row['requestHash'] !== requestHash) throw new PlatenError('idempotency.conflict', undefined, { field: 'Idempotency-Key' })
  return row ? String(row['subject']) : undefined
}

async function note(
  database: MongoDatabase,
  accountId: string,
  { audit, idempotency }: RequestRecord,
  subject: string,
  within: Within,
): Promise<void> {
  await appendAudit(database, audit, within)
  if (!idempotency) return
  const { key, requestHash } = idempotency
  const row = { _id: keyId(accountId, key), requestHash, subject, createdAt: audit.at }
  await database.rows('idempotencyKeys').insertOne(row, within)
}

function keyId(accountId: string, key: string): string {
  return `${accountId} ${key}`
}
