import type { Scope, Token, TokenStore } from '../../ports/tokens.ts'
import type { Row, SqlDatabase } from './database.ts'
import { listing } from './listing.ts'

/** API tokens in SQLite. */
export function sqliteTokens(database: SqlDatabase): TokenStore {
  return {
    createAccount: async (id, name, at) => {
      database.run('INSERT INTO accounts (id, name, created_at) VALUES (?, ?, ?)', id, name, at)
    },
    create: async ({ id, accountId, name, scope, hash, createdAt }) => {
      const sql = 'INSERT INTO tokens (id, account_id, name, scope, hash, created_at) VALUES (?, ?, ?, ?, ?, ?)'
      database.run(sql, id, accountId, name, scope, hash, createdAt)
    },
    byHash: async hash => {
      const row = database.get('SELECT * FROM tokens WHERE hash = ? AND revoked_at IS NULL', hash)
      return row && token(row)
    },
    list: async (accountId, page) => listing(database, 'tokens', { account_id: accountId }, page, token),
    revoke: async (accountId, id, at) =>
      database.run('UPDATE tokens SET revoked_at = ifnull(revoked_at, ?) WHERE account_id = ? AND id = ?', at, accountId, id) > 0,
  }
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
