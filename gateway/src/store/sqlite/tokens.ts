import type { Scope, Token, TokenStore } from '../../ports/tokens.ts'
import type { Row, SqlDatabase } from './database.ts'
import { listing } from './listing.ts'
import { recorded } from './request-records.ts'

/** API tokens in SQLite. */
export function sqliteTokens(database: SqlDatabase): TokenStore {
  return {
    createAccount: async (id, name, at, isPlatform = false) => {
      const sql = 'INSERT INTO accounts (id, name, created_at, platform) VALUES (?, ?, ?, ?)'
      database.run(sql, id, name, at, isPlatform ? 1 : 0)
    },
    hasAccount: async () => database.get('SELECT 1 FROM tokens LIMIT 1') !== undefined,
    create: async (created, record) =>
      recorded(database, created.accountId, record, created.id, {
        fresh: async () => insert(database, created),
        again: async id => token(database.get('SELECT * FROM tokens WHERE account_id = ? AND id = ?', created.accountId, id) as Row),
      }),
    byHash: async hash => {
      const row = database.get('SELECT * FROM tokens WHERE hash = ? AND revoked_at IS NULL', hash)
      return row && token(row)
    },
    list: async (accountId, page) => listing(database, 'tokens', { account_id: accountId }, page, token),
    revoke: async (accountId, id, at, record) => {
      const sql = 'UPDATE tokens SET revoked_at = ifnull(revoked_at, ?) WHERE account_id = ? AND id = ?'
      const fresh = async (): Promise<boolean> => database.run(sql, at, accountId, id) > 0
      return recorded(database, accountId, record, id, { fresh, again: async () => true })
    },
  }
}

function insert(database: SqlDatabase, created: Token): Token {
  const { id, accountId, name, scope, hash, createdAt } = created
  const sql = 'INSERT INTO tokens (id, account_id, name, scope, hash, created_at) VALUES (?, ?, ?, ?, ?, ?)'
  database.run(sql, id, accountId, name, scope, hash, createdAt)
  return created
}

function token(row: Row): Token {
  return {
    id: String(row['id']),
    accountId: String(row['account_id']),
    name: String(row['name']),
    scope: row['scope'] as Scope,
    hash: String(row['hash']),
    createdAt: Number(row['created_at']),
    ...(row['revoked_at'] === null ? {} : { revokedAt: Number(row['revoked_at']) }),
  }
}
