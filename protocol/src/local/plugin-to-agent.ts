import { Type, type TSchema } from 'typebox'
import { AgentId, Bill, Failure, JobId, KindName, LocalOrigin, SiteId, Text, TimeMs } from '../frames/parts.ts'
import { closed, Code, Count } from '../kinds/parts.ts'
import { allowances, QuietHours, TimeZone } from '../documents/quiet-hours.ts'
import { ReceiptAnchor } from '../documents/receipt.ts'

/** What became of a layer of the result after the job had ended. */
const FollowUp = closed({
  layer: Type.Literal('cdn'),
  state: Type.Enum(['purged', 'absent', 'failed']),
  code: Type.Optional(Code),
  at: TimeMs,
})

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
  /** Oldest first; left out of lists, as results are. */
  followUps: Type.Optional(Type.Array(FollowUp, { maxItems: 10 })),
  error: Type.Optional(Failure),
  bill: Type.Optional(Bill),
  /** What is on record about it, where the kind has receipts. */
  receipt: Type.Optional(ReceiptAnchor),
})

/** What the site's owner wants; it can only narrow what the policy file allows. */
const Wishes = closed({
  timeZone: TimeZone,
  quietHours: QuietHours,
  ...allowances,
  /** Kinds that nobody but the owner and root may start. */
  vetoed: Type.Array(KindName, { maxItems: 100 }),
  /** Why, for those of them about which the owner has said so. */
  vetoReasons: Type.Optional(Type.Array(closed({ kind: KindName, reason: Text }), { maxItems: 100 })),
  /** Kinds that nobody but the owner and root may start before a time, and why. */
  deferred: Type.Array(closed({ kind: KindName, until: TimeMs, reason: Text }), { maxItems: 100 }),
})

/** The owner's wishes, root's bounds, and how things stand. */
const Owner = closed({
  wishes: Wishes,
  bounds: closed({ ...allowances, quietHours: Type.Optional(closed({ timeZone: TimeZone, hours: QuietHours })) }),
  /** What heavy jobs have taken on this day of the site. */
  usage: closed({
    day: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
    cpuSeconds: Count,
    diskBytes: Count,
  }),
  /** The time at the site as the agent sees it, such as `08:22`: a time zone that it does not know counts as UTC. */
  localTime: Type.String({ pattern: '^[0-9]{2}:[0-9]{2}$' }),
  /** When the quiet hours of now are over. */
  quietUntil: Type.Optional(TimeMs),
})

/**
 * Messages between PHP and the agent: JSON over HTTP on a Unix socket.
 *
 *     POST /v1/jobs             local.job.request  → local.job
 *     GET  /v1/jobs?limit=N     → local.jobs       newest first, results left out
 *     GET  /v1/jobs/ID          → local.job
 *     POST /v1/jobs/ID/cancel   → local.job
 *     GET  /v1/status           → local.status
 *     GET  /v1/owner            → local.owner
 *     PUT  /v1/owner            local.wishes       → local.owner
 *     POST /v1/key/rotate       → local.status     on the control socket alone
 *     GET  /v1/receipts?from=N  → lines of `receipt.signed`, oldest first, and where to go on; likewise
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
      /** Frames out of bounds and offers without a good grant, or that the policy forbids, which the gateway sent since the agent started. */
      refused: Type.Optional(Count),
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
    running: Count,
    /** Results that wait for the gateway. */
    waiting: Count,
    owner: Owner,
    /** What keeps the journal closed, and what was lost with an older one: whatever came before that time. */
    journal: closed({ problem: Type.Optional(Code), lostAt: Type.Optional(TimeMs) }),
    /** Requests of PHP that were refused since the agent started. */
    local: Type.Optional(closed({ refused: Count })),
    /** Connections to the workers' door that were refused since the agent started: of no worker that it waits for. */
    workers: Type.Optional(closed({ refused: Count })),
  }),
  'local.wishes': Wishes,
  'local.owner': Owner,
  'local.error': closed({
    code: Code,
    message: Text,
    hint: Text,
    field: Type.Optional(Type.String({ maxLength: 200 })),
    /** In how many milliseconds the same may succeed; `Retry-After` says it in seconds. */
    retryAfterMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400_000 })),
  }),
}
