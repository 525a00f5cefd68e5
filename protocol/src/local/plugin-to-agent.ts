import { Type, type TSchema } from 'typebox'
import { AgentId, Failure, JobId, KindName, LocalOrigin, SiteId, Text, TimeMs } from '../frames/parts.ts'
import { closed, Code } from '../kinds/parts.ts'

/** A job as the plugin (and `platen-agent exec`) sees it. */
const Job = closed({
  id: JobId,
  kind: KindName,
  origin: Type.Union([LocalOrigin, Type.Literal('platform')]),
  state: Type.Enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
  createdAt: TimeMs,
  finishedAt: Type.Optional(TimeMs),
  progress: Type.Optional(closed({ done: Type.Integer(), total: Type.Integer(), note: Text })),
  /** The result's own sentence for people. */
  summary: Type.Optional(Text),
  result: Type.Optional(Type.Unknown()),
  error: Type.Optional(Failure),
})

/**
 * Messages between PHP and the agent: JSON over HTTP on a Unix socket.
 *
 *     POST /v1/jobs             local.job.request  → local.job
 *     GET  /v1/jobs?limit=N     → local.jobs       newest first, results left out
 *     GET  /v1/jobs/ID          → local.job
 *     POST /v1/jobs/ID/cancel   → local.job
 *     GET  /v1/status           → local.status
 *     POST /v1/key/rotate       → local.status     on the control socket alone
 *
 * Errors: the status of the error table with local.error.
 */
export const localMessages: Record<string, TSchema> = {
  'local.job.request': closed({ kind: KindName, input: Type.Unknown(), origin: Type.Enum(['owner', 'event']) }),
  'local.job': Job,
  'local.jobs': closed({ items: Type.Array(Job, { maxItems: 100 }) }),
  'local.status': closed({
    version: Type.String({ maxLength: 40 }),
    startedAt: TimeMs,
    agentId: Type.Optional(AgentId),
    siteId: Type.Optional(SiteId),
    /** The link to the gateway: `none` where this agent is not enrolled. */
    link: closed({
      state: Type.Enum(['none', 'connecting', 'open', 'waiting', 'refused']),
      since: TimeMs,
      lastClose: Type.Optional(Text),
      /** Offers without a good grant and frames out of bounds that the gateway sent since the agent started. */
      refused: Type.Optional(Type.Integer({ minimum: 0 })),
      /** Whether a new key waits to be taken into use. */
      keyChanging: Type.Optional(Type.Boolean()),
    }),
    /** Kinds that may run here, with what a button needs. */
    kinds: Type.Array(
      closed({
        name: KindName,
        title: Text,
        action: Text,
        description: Text,
        usualInput: Type.Unknown(),
      }),
      { maxItems: 100 },
    ),
    running: Type.Integer({ minimum: 0 }),
    /** Results that wait for the gateway. */
    waiting: Type.Integer({ minimum: 0 }),
  }),
  'local.error': closed({
    code: Code,
    message: Text,
    hint: Text,
    field: Type.Optional(Type.String({ maxLength: 200 })),
  }),
}
