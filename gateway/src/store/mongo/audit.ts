import type { AuditEntry, AuditStore } from '../../ports/audit.ts'
import type { MongoDatabase, Within } from './database.ts'
import { rowOf } from './documents.ts'
import { listing } from './listing.ts'

/** The audit log in MongoDB: nothing here changes or removes a line; docs/operations.md says how the server refuses it too. */
export function mongoAudit(database: MongoDatabase): AuditStore {
  return {
    append: entry => database.transaction([], within => appendAudit(database, entry, within)),
    list: (accountId, page) => listing<AuditEntry>(database, 'audit', { accountId }, page),
  }
}

/** Writes one line, within the transaction of whoever calls. */
export async function appendAudit(database: MongoDatabase, entry: AuditEntry, within: Within): Promise<void> {
  await database.rows('audit').insertOne(rowOf(entry, { accountId: entry.accountId }), within)
}
