/** JSON Schemas and examples of what the API answers. */
const text = { type: 'string' }
const time = { type: 'string', format: 'date-time' }

function shape(required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}): object {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } }
}

/** A schema with an example of it. */
export interface Shape {
  readonly schema: object
  readonly example: object
}

const ids = {
  site: 'site_0193a7d2-6c1e-7d3a-9a55-0d6d6f1c2b3a',
  job: 'job_0193a7d4-02b7-7a6f-8c1d-5f0c9b7e1a22',
  agent: 'agent_0193a7d3-1f08-7b5c-b0aa-7a3b0f3f9c11',
  token: 'tok_0193a7d1-88aa-7c33-9f10-2f6a1f0b7d44',
  event: 'evt_0193a7d4-02b7-7f00-8000-3c2b1a0f9e8d',
}
const then = '2026-01-02T03:04:05.000Z'

/** A site. */
export const siteShape: Shape = {
  schema: shape(
    { id: text, url: text, createdAt: time },
    { cdn: shape({ account: text, zone: text, hosts: { type: 'array', items: text } }) },
  ),
  example: { id: ids.site, url: 'https://example.com', createdAt: then },
}

/** What an operator puts into an enrolment bundle. */
export const invitationShape: Shape = {
  schema: shape({ siteId: text, siteUrl: text, expiresAt: time }, { token: text }),
  example: { siteId: ids.site, siteUrl: 'https://example.com', token: 'Zm9v…', expiresAt: then },
}

/** An agent. */
export const agentShape: Shape = {
  schema: shape(
    { id: text, siteId: text, connected: { type: 'boolean' }, enrolledAt: time, facts: { type: 'object' } },
    {
      publicKey: { type: 'string', description: 'Ed25519, 32 bytes, base64url: signs its receipts, too.' },
      pool: text,
      version: text,
      connectedAt: time,
      seenAt: time,
      revokedAt: time,
      held: { enum: ['duplicate'], description: 'It gets no jobs: two running processes hold its key.' },
      rotating: { const: true, description: 'A new key was asked for, and the agent has none yet.' },
    },
  ),
  example: {
    id: ids.agent,
    siteId: ids.site,
    connected: true,
    version: '0.1.0',
    enrolledAt: then,
    connectedAt: then,
    seenAt: then,
    facts: {},
  },
}

/** An API token; the secret is in the answer that made it, and nowhere else. */
export const tokenShape: Shape = {
  schema: shape(
    { id: text, name: text, scope: { enum: ['read', 'dispatch', 'admin'] }, createdAt: time },
    { revokedAt: time, token: text },
  ),
  example: { id: ids.token, name: 'deploy', scope: 'dispatch', createdAt: then },
}

/** What a revocation answers. */
export const revokedShape: Shape = {
  schema: shape({ id: text, revoked: { const: true } }),
  example: { id: ids.token, revoked: true },
}

/** What asking for a new key answers. */
export const rotatingShape: Shape = {
  schema: shape({ id: text, rotating: { const: true } }),
  example: { id: ids.agent, rotating: true },
}

/** States of a job. */
export const jobStates: readonly string[] = ['queued', 'offered', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'expired']

const count = { type: 'integer' }
const billSchema = shape({
  cpuMs: count,
  peakRssBytes: count,
  wallMs: count,
  readBytes: count,
  writtenBytes: count,
  savedBytes: count,
})

/** A job. */
export const jobShape: Shape = {
  schema: shape(
    {
      id: text,
      siteId: text,
      kind: text,
      origin: { enum: ['platform', 'owner', 'event', 'root'] },
      state: { enum: jobStates },
      input: {},
      attempt: { type: 'integer' },
      epoch: { type: 'integer' },
      createdAt: time,
    },
    {
      pool: text,
      parentId: text,
      notBefore: time,
      startedAt: time,
      childId: text,
      finishedAt: time,
      progress: shape({ done: { type: 'integer' }, total: { type: 'integer' }, note: text }),
      reason: shape({ code: text, message: text }),
      effect: { enum: ['none', 'applied', 'partial', 'unknown'] },
      result: {},
      error: shape({ code: text, message: text }),
      bill: billSchema,
      receipt: {
        ...shape({ chain: text, seq: count, hash: text, signature: text }),
        description: 'Names the agent’s signed receipt: platen receipts verify --site looks for it among those of the site.',
      },
      standIn: text,
    },
  ),
  example: {
    id: ids.job,
    siteId: ids.site,
    kind: 'cache.purge',
    origin: 'platform',
    state: 'queued',
    input: { everything: true, reason: 'Deployed' },
    attempt: 0,
    epoch: 0,
    createdAt: then,
    notBefore: then,
  },
}

/** What became of each job of a batch. */
export const batchShape: Shape = {
  schema: shape({
    items: { type: 'array', items: shape({}, { job: jobShape.schema, problem: { $ref: '#/components/schemas/Problem' } }) },
  }),
  example: { items: [{ job: jobShape.example }] },
}

/** A line of the audit log. */
export const auditShape: Shape = {
  schema: shape({ id: text, at: time, actor: text, action: text, subject: text, outcome: text }),
  example: { id: ids.event, at: then, actor: `token:${ids.token}`, action: 'job.create', subject: ids.job, outcome: 'done' },
}

/** A kind of job. */
export const kindShape: Shape = {
  schema: shape({ name: text, title: text, description: text, weight: { enum: ['light', 'heavy'] }, usualInput: {} }),
  example: {
    name: 'cache.purge',
    title: 'Cache purge',
    description: 'Refreshes the caches of the site and checks that visitors get the new pages.',
    weight: 'light',
    usualInput: { everything: true, reason: 'Asked for in WordPress' },
  },
}

/** A stretch of a list. */
export function listOf({ schema, example }: Shape): Shape {
  return {
    schema: shape({ items: { type: 'array', items: schema } }, { nextCursor: text }),
    example: { items: [example] },
  }
}

/** Query parameters that every list with a cursor takes. */
export const pageQuery: Readonly<Record<string, object>> = {
  limit: { type: 'integer', minimum: 1, maximum: 100, default: 50, description: 'Items of one answer' },
  cursor: { type: 'string', description: 'nextCursor of the answer before' },
}
