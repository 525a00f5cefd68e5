import type { AuditEntry, AuditStore } from '../../ports/audit.ts'
import type { Row, SqlDatabase } from './database.ts'
import { listing } from './listing.ts'

/** The audit log in SQLite; triggers of the schema refuse to change or remove what was written. */
export function sqliteAudit(database: SqlDatabase): AuditStore {
  return {
    append: async entry => appendAudit(database, entry),
    list: async (accountId, page) => listing(database, 'audit', { account_id: accountId }, page, entry),
  }
}

/** Writes one line, within the transaction of whoever calls. */
export function appendAudit(database: SqlDatabase, { id, accountId, at, actor, action, subject, outcome }: AuditEntry): void {
  const sql = 'INSERT INTO audit (id, account_id, at, actor, action, subject, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)'
  database.run(sql, id, accountId, at, actor, action, subject, outcome)
}

function entry(row: Row): AuditEntry {
  return {
    id: String(row['id']),
    accountId: String(row['account_id']),
    at: Number(row['at']),
    actor: String(row['actor']),
    action: String(row['action']),
    subject: String(row['subject']),
    outcome: String(row['outcome']),
  }
}
