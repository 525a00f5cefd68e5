import type { Token, TokenStore } from '../../ports/tokens.ts'
import type { MongoDatabase, Row } from './database.ts'
import { rowOf, thingOf } from './documents.ts'
import { listing } from './listing.ts'
import { recorded } from './request-records.ts'

/** API tokens in MongoDB. */
export function mongoTokens(database: MongoDatabase): TokenStore {
  const rows = database.rows('tokens')
  return {
    createAccount: async (id, name, at, isPlatform = false) => {
      await database.guarded(() => database.rows('accounts').insertOne({ _id: id, name, createdAt: at, isPlatform }))
    },
    hasAccount: async () => (await database.guarded(() => rows.findOne({}))) !== null,
    create: (created, record) =>
      recorded(database, created.accountId, record, created.id, {
        fresh: async within => {
          await rows.insertOne(tokenRow(created), within)
          return created
        },
        again: async (id, within) => thingOf((await rows.findOne({ _id: id }, within)) as Row) as Token,
      }),
    byHash: async hash => {
      const row = await database.guarded(() => rows.findOne({ hash, live: true }))
      return row ? (thingOf(row) as Token) : undefined
    },
    list: (accountId, page) => listing<Token>(database, 'tokens', { accountId }, page),
    revoke: (accountId, id, at, record) =>
      recorded(database, accountId, record, id, {
        fresh: async within => {
          const row = await rows.findOne({ _id: id, accountId }, within)
          if (!row) return false
          const token = thingOf(row) as Token
          if (token.revokedAt === undefined) await rows.replaceOne({ _id: id }, tokenRow({ ...token, revokedAt: at }), within)
          return true
        },
        again: () => Promise.resolve(true),
      }),
  }
}

function tokenRow(token: Token): Row {
  return rowOf(token, { accountId: token.accountId, hash: token.hash, live: token.revokedAt === undefined })
}
