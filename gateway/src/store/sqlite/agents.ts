import { newId, PlatenError } from '@platen/protocol'
import { factsAfter } from '../../domain/facts.ts'
import type { Agent, AgentStore, EnrolmentToken } from '../../ports/agents.ts'
import { appendAudit } from './audit.ts'
import type { Row, SqlDatabase } from './database.ts'
import { listing } from './listing.ts'
import { recorded } from './request-records.ts'
import { requireSite } from './sites.ts'

/** Agents and enrolment tokens in SQLite. */
export function sqliteAgents(database: SqlDatabase): AgentStore {
  const byId = (id: string): Agent | undefined => {
    const row = database.get('SELECT * FROM agents WHERE id = ?', id)
    return row && agent(row)
  }
  return {
    addEnrolmentToken: async (token, record) =>
      recorded(database, token.accountId, record, token.hash, {
        fresh: async () => insertToken(database, token),
        again: async hash => enrolmentToken(database.get('SELECT * FROM enrolment_tokens WHERE hash = ?', hash) as Row),
      }),
    redeem: async request => redeem(database, request),
    resolve: async agentId => byId(agentId),
    find: async (accountId, id) => {
      const row = database.get('SELECT * FROM agents WHERE account_id = ? AND id = ?', accountId, id)
      return row && agent(row)
    },
    list: async (accountId, page) => listing(database, 'agents', { account_id: accountId }, page, agent),
    revoke: async (accountId, id, at, record) => {
      const sql = 'UPDATE agents SET revoked_at = ifnull(revoked_at, ?), connected_at = NULL WHERE account_id = ? AND id = ?'
      const fresh = async (): Promise<boolean> => database.run(sql, at, accountId, id) > 0
      return recorded(database, accountId, record, id, { fresh, again: async () => true })
    },
    seen: async (agentId, sessionId, at, version) => {
      const sql = `UPDATE agents SET seen_at = ?, version = ifnull(?, version), connected_at = ifnull(connected_at, ?), session_id = ?
        WHERE id = ?`
      database.run(sql, at, version ?? null, at, sessionId, agentId)
    },
    left: async (agentId, sessionId, at) => {
      database.run('UPDATE agents SET seen_at = ?, connected_at = NULL WHERE id = ? AND session_id = ?', at, agentId, sessionId)
    },
    report: async (agentId, { seq, full, facts }) => {
      const known = byId(agentId)
      if (!known || (!full && seq !== known.stateSeq + 1)) return false
      const merged = factsAfter(known.facts, { full, facts })
      if (!merged) return false
      database.run('UPDATE agents SET state_seq = ?, facts = ? WHERE id = ?', seq, JSON.stringify(merged), agentId)
      return true
    },
    askRotation: async (accountId, id, at, record) => {
      const sql = `UPDATE agents SET rotation_asked_at = ifnull(rotation_asked_at, ?)
        WHERE account_id = ? AND id = ? AND revoked_at IS NULL`
      const fresh = async (): Promise<boolean> => database.run(sql, at, accountId, id) > 0
      return recorded(database, accountId, record, id, { fresh, again: async () => true })
    },
    offerKey: async (agentId, { publicKey, pendingKey }) => {
      const sql = 'UPDATE agents SET pending_key = ? WHERE id = ? AND public_key = ? AND revoked_at IS NULL'
      return database.run(sql, pendingKey, agentId, publicKey) > 0
    },
    commitKey: async (agentId, pendingKey, at) => commitKey(database, agentId, pendingKey, at),
    assignPool: async (accountId, id, pool, record) => {
      if (!database.get('SELECT 1 FROM accounts WHERE id = ? AND platform = 1', accountId)) throw new PlatenError('pool.denied')
      const fresh = async (): Promise<boolean> =>
        database.run('UPDATE agents SET pool = ? WHERE account_id = ? AND id = ?', pool, accountId, id) > 0
      return recorded(database, accountId, record, id, { fresh, again: async () => true })
    },
  }
}

function commitKey(database: SqlDatabase, agentId: string, pendingKey: string, at: number): boolean {
  const sql = `UPDATE agents SET public_key = pending_key, pending_key = NULL, rotation_asked_at = NULL
    WHERE id = ? AND pending_key = ? AND revoked_at IS NULL RETURNING account_id`
  const [row] = database.all(sql, agentId, pendingKey)
  if (!row) return false
  const line = { actor: `agent:${agentId}`, action: 'agent.rotate', subject: agentId, outcome: 'done' }
  appendAudit(database, { id: newId('evt'), accountId: String(row['account_id']), at, ...line })
  return true
}

type Redemption = Parameters<AgentStore['redeem']>[0]
type Redeemed = Awaited<ReturnType<AgentStore['redeem']>>

function redeem(database: SqlDatabase, request: Redemption): Redeemed {
  const { hash, siteUrl, publicKey, now } = request
  const token = database.get('SELECT t.*, s.url FROM enrolment_tokens t JOIN sites s ON s.id = t.site_id WHERE t.hash = ?', hash)
  if (!token || token['url'] !== siteUrl) throw new PlatenError('enrol.token_invalid')
  const made = token['used_at'] === null ? undefined : madeFor(database, token, publicKey)
  if (Number(token['expires_at']) <= now) throw new PlatenError('enrol.token_expired')
  return made ? { agent: made, revoked: [] } : takePlace(database, token, request)
}

/** The agent that a used token made, for the key that it was made for. @throws PlatenError enrol.token_invalid */
function madeFor(database: SqlDatabase, { agent_id: id }: Row, publicKey: string): Agent {
  const row = database.get('SELECT * FROM agents WHERE id = ? AND public_key = ? AND revoked_at IS NULL', id ?? null, publicKey)
  if (!row) throw new PlatenError('enrol.token_invalid')
  return agent(row)
}

function takePlace(database: SqlDatabase, token: Row, { hash, agentId, publicKey, version, now }: Redemption): Redeemed {
  const { account_id: accountId, site_id: siteId } = token
  database.run('UPDATE enrolment_tokens SET used_at = ?, agent_id = ? WHERE hash = ?', now, agentId, hash)
  const revoked = database.all(
    'UPDATE agents SET revoked_at = ?, connected_at = NULL WHERE site_id = ? AND revoked_at IS NULL RETURNING id',
    now,
    siteId,
  )
  const sql = 'INSERT INTO agents (id, account_id, site_id, public_key, created_at, version) VALUES (?, ?, ?, ?, ?, ?) RETURNING *'
  const [row] = database.all(sql, agentId, accountId, siteId, publicKey, now, version)
  const line = { actor: `agent:${agentId}`, action: 'agent.enrol', subject: String(siteId), outcome: 'done' }
  appendAudit(database, { id: newId('evt'), accountId: String(accountId), at: now, ...line })
  return { agent: agent(row as Row), revoked: revoked.map(({ id }) => String(id)) }
}

function insertToken(database: SqlDatabase, token: EnrolmentToken): EnrolmentToken {
  requireSite(database, token.accountId, token.siteId)
  const sql = 'INSERT INTO enrolment_tokens (hash, account_id, site_id, expires_at) VALUES (?, ?, ?, ?)'
  database.run(sql, token.hash, token.accountId, token.siteId, token.expiresAt)
  return token
}

function enrolmentToken(row: Row): EnrolmentToken {
  const { hash, account_id: accountId, site_id: siteId, expires_at: expiresAt } = row
  return { hash: String(hash), accountId: String(accountId), siteId: String(siteId), expiresAt: Number(expiresAt) }
}

function agent(row: Row): Agent {
  const time = (column: string, name: string): object => (row[column] === null ? {} : { [name]: Number(row[column]) })
  return {
    id: String(row['id']),
    accountId: String(row['account_id']),
    siteId: String(row['site_id']),
    publicKey: String(row['public_key']),
    createdAt: Number(row['created_at']),
    ...(row['pending_key'] === null ? {} : { pendingKey: String(row['pending_key']) }),
    ...time('rotation_asked_at', 'rotationAskedAt'),
    ...(row['pool'] === null ? {} : { pool: String(row['pool']) }),
    ...time('revoked_at', 'revokedAt'),
    ...time('connected_at', 'connectedAt'),
    ...time('seen_at', 'seenAt'),
    ...(row['session_id'] === null ? {} : { sessionId: String(row['session_id']) }),
    ...(row['version'] === null ? {} : { version: String(row['version']) }),
    stateSeq: Number(row['state_seq']),
    facts: JSON.parse(String(row['facts'])) as Agent['facts'],
  }
}
