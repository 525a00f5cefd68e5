import { newId, PlatenError } from '@platen/protocol'
import { factsAfter } from '../../domain/facts.ts'
import type { Agent, AgentStore, EnrolmentToken } from '../../ports/agents.ts'
import { appendAudit } from './audit.ts'
import type { MongoDatabase, Row, Within } from './database.ts'
import { rowOf, thingOf } from './documents.ts'
import { listing } from './listing.ts'
import { recorded } from './request-records.ts'
import { hasSite } from './sites.ts'

/** Agents and enrolment tokens in MongoDB. */
export function mongoAgents(database: MongoDatabase): AgentStore {
  const rows = database.rows('agents')
  const find = async (filter: object, within: Within = {}): Promise<Agent | undefined> => {
    const row = await rows.findOne(filter, within)
    return row ? (thingOf(row) as Agent) : undefined
  }
  /** Changes an agent as it is now; false where there is none. */
  const change = async (filter: object, next: (agent: Agent) => Agent | undefined, within: Within): Promise<boolean> => {
    const found = await find(filter, within)
    const changed = found && next(found)
    if (changed) await rows.replaceOne({ _id: changed.id }, agentRow(changed), within)
    return changed !== undefined
  }
  return {
    addEnrolmentToken: (token, record) =>
      recorded(database, token.accountId, record, token.hash, {
        fresh: within => insertToken(database, token, within),
        again: async (hash, within) => enrolmentToken((await database.rows('enrolmentTokens').findOne({ _id: hash }, within)) as Row),
      }),
    redeem: request => database.transaction([request.hash], within => redeem(database, request, within)),
    resolve: id => database.guarded(() => find({ _id: id })),
    find: (accountId, id) => database.guarded(() => find({ _id: id, accountId })),
    list: (accountId, page) => listing<Agent>(database, 'agents', { accountId }, page),
    revoke: (accountId, id, at, record) =>
      recorded(database, accountId, record, id, {
        fresh: within => change({ _id: id, accountId }, agent => revoked(agent, at), within),
        again: () => Promise.resolve(true),
      }),
    assignPool: (accountId, id, pool, record) =>
      recorded(database, accountId, record, id, {
        fresh: async within => {
          if (!(await database.rows('accounts').findOne({ _id: accountId, isPlatform: true }, within))) throw new PlatenError('pool.denied')
          return change({ _id: id, accountId }, ({ pool: _pool, ...agent }) => ({ ...agent, ...(pool === null ? {} : { pool }) }), within)
        },
        again: () => Promise.resolve(true),
      }),
    askRotation: (accountId, id, at, record) =>
      recorded(database, accountId, record, id, {
        fresh: within => change({ _id: id, accountId }, agent => asked(agent, at), within),
        again: () => Promise.resolve(true),
      }),
    offerKey: (id, keys) => database.transaction([id], within => change({ _id: id }, agent => offered(agent, keys), within)),
    commitKey: (id, pendingKey, at) =>
      database.transaction([id], async within => {
        const isCommitted = await change({ _id: id }, agent => committed(agent, pendingKey), within)
        if (isCommitted) await noteRotation(database, (await find({ _id: id }, within)) as Agent, at, within)
        return isCommitted
      }),
    seen: async (id, sessionId, at, version) => {
      await database.transaction([id], within => change({ _id: id }, agent => heard(agent, sessionId, at, version), within))
    },
    left: async (id, sessionId, at) => {
      await database.transaction([id], within => change({ _id: id }, agent => gone(agent, sessionId, at), within))
    },
    report: (id, report) => database.transaction([id], within => change({ _id: id }, agent => reported(agent, report), within)),
  }
}

function revoked({ connectedAt: _connectedAt, ...agent }: Agent, at: number): Agent {
  return { ...agent, revokedAt: agent.revokedAt ?? at }
}

function heard(agent: Agent, sessionId: string, at: number, version: string | undefined): Agent {
  return { ...agent, sessionId, seenAt: at, connectedAt: agent.connectedAt ?? at, ...(version === undefined ? {} : { version }) }
}

/** Undefined where it was heard in another session since. */
function gone({ connectedAt: _connectedAt, ...agent }: Agent, sessionId: string, at: number): Agent | undefined {
  return agent.sessionId === sessionId ? { ...agent, seenAt: at } : undefined
}

/** Undefined where it is revoked. */
function asked(agent: Agent, at: number): Agent | undefined {
  return agent.revokedAt === undefined ? { ...agent, rotationAskedAt: agent.rotationAskedAt ?? at } : undefined
}

/** Undefined where the key in use is another, or the agent is revoked. */
function offered(agent: Agent, { publicKey, pendingKey }: { publicKey: string; pendingKey: string }): Agent | undefined {
  return agent.publicKey === publicKey && agent.revokedAt === undefined ? { ...agent, pendingKey } : undefined
}

/** Undefined where that is not the key that is kept, or the agent is revoked. */
function committed({ pendingKey: kept, rotationAskedAt: _asked, ...agent }: Agent, pendingKey: string): Agent | undefined {
  return kept === pendingKey && agent.revokedAt === undefined ? { ...agent, publicKey: pendingKey } : undefined
}

function noteRotation(database: MongoDatabase, { id, accountId }: Agent, at: number, within: Within): Promise<void> {
  const line = { actor: `agent:${id}`, action: 'agent.rotate', subject: id, outcome: 'done' }
  return appendAudit(database, { id: newId('evt'), accountId, at, ...line }, within)
}

type Report = Parameters<AgentStore['report']>[1]

/** Undefined on a gap, and where there is too much of it. */
function reported(agent: Agent, { seq, ...report }: Report): Agent | undefined {
  const facts = factsAfter(agent.facts, report)
  return facts && (report.full || seq === agent.stateSeq + 1) ? { ...agent, stateSeq: seq, facts } : undefined
}

type Redemption = Parameters<AgentStore['redeem']>[0]
type Redeemed = Awaited<ReturnType<AgentStore['redeem']>>

async function redeem(database: MongoDatabase, request: Redemption, within: Within): Promise<Redeemed> {
  const { hash, siteUrl, publicKey, now } = request
  const row = await database.rows('enrolmentTokens').findOne({ _id: hash }, within)
  const token = row ? enrolmentToken(row) : undefined
  if (!row || !token || !(await database.rows('sites').findOne({ _id: token.siteId, url: siteUrl }, within)))
    throw new PlatenError('enrol.token_invalid')
  const made = row['usedAt'] === undefined ? undefined : await madeFor(database, row, publicKey, within)
  if (token.expiresAt <= now) throw new PlatenError('enrol.token_expired')
  return made ? { agent: made, revoked: [] } : takePlace(database, token, request, within)
}

/** The agent that a used token made, for the key that it was made for. @throws PlatenError enrol.token_invalid */
async function madeFor(database: MongoDatabase, { agentId, siteId }: Row, publicKey: string, within: Within): Promise<Agent> {
  const found = await database.rows('agents').findOne({ _id: String(agentId), liveSite: siteId }, within)
  const made = found ? (thingOf(found) as Agent) : undefined
  if (made?.publicKey !== publicKey) throw new PlatenError('enrol.token_invalid')
  return made
}

async function takePlace(
  database: MongoDatabase,
  { accountId, siteId }: EnrolmentToken,
  { hash, agentId, publicKey, version, now }: Redemption,
  within: Within,
): Promise<Redeemed> {
  await database.rows('enrolmentTokens').updateOne({ _id: hash }, { $set: { usedAt: now, agentId } }, within)
  const agents = database.rows('agents')
  const before = (await agents.find({ liveSite: siteId }, within).toArray()).map(found => thingOf(found) as Agent)
  for (const old of before) await agents.replaceOne({ _id: old.id }, agentRow(revoked(old, now)), within)
  const agent: Agent = { id: agentId, accountId, siteId, publicKey, createdAt: now, version, stateSeq: 0, facts: {} }
  await agents.insertOne(agentRow(agent), within)
  const line = { actor: `agent:${agentId}`, action: 'agent.enrol', subject: siteId, outcome: 'done' }
  await appendAudit(database, { id: newId('evt'), accountId, at: now, ...line }, within)
  return { agent, revoked: before.map(({ id }) => id) }
}

async function insertToken(database: MongoDatabase, token: EnrolmentToken, within: Within): Promise<EnrolmentToken> {
  const { hash, accountId, siteId, expiresAt } = token
  if (!(await hasSite(database, accountId, siteId, within))) throw new PlatenError('site.not_found', undefined, { field: 'siteId' })
  await database.rows('enrolmentTokens').insertOne({ _id: hash, accountId, siteId, expiresAt }, within)
  return token
}

function enrolmentToken(row: Row): EnrolmentToken {
  const { _id: hash, accountId, siteId, expiresAt } = row
  return { hash, accountId: String(accountId), siteId: String(siteId), expiresAt: Number(expiresAt) }
}

function agentRow(agent: Agent): Row {
  return rowOf(agent, { accountId: agent.accountId, ...(agent.revokedAt === undefined ? { liveSite: agent.siteId } : {}) })
}
