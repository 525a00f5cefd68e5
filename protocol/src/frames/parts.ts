import { Type, type TSchema } from 'typebox'
import { idPattern } from '../ids.ts'
import { closed, Code, Count, Ordinal } from '../kinds/parts.ts'

/** A type-prefixed UUIDv7. */
export const JobId: TSchema = Type.String({ pattern: idPattern('job') })
export const SiteId: TSchema = Type.String({ pattern: idPattern('site') })
export const AgentId: TSchema = Type.String({ pattern: idPattern('agent') })
export const InstanceId: TSchema = Type.String({ pattern: idPattern('inst') })
export const SessionId: TSchema = Type.String({ pattern: idPattern('sess') })
export const PurgeId: TSchema = Type.String({ pattern: idPattern('purge') })

export const KindName: TSchema = Type.String({ pattern: '^[a-z]+\\.[a-z]+$', maxLength: 40 })
export const Text: TSchema = Type.String({ maxLength: 500 })
export const Base64Url: TSchema = Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 8192 })

/** 32 bytes Ed25519. */
export const PublicKey: TSchema = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })

/** Milliseconds since the epoch, UTC: as far as a `Date` goes. */
export const TimeMs: TSchema = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })

/** The fencing triple that every frame about a job carries. */
export const fence: Record<string, TSchema> = { jobId: JobId, attempt: Ordinal, epoch: Ordinal }

/** The same where a job made at the site may be meant too: it has no lease, so its attempt and epoch are 0. */
export const fenceOrNone: Record<string, TSchema> = { jobId: JobId, attempt: Count, epoch: Count }

/** What a failed job reports. */
export const Failure: TSchema = closed({ code: Code, message: Text })

/** Whether the job changed the site. */
export const Effect: TSchema = Type.Enum(['none', 'applied', 'partial', 'unknown'])

/** Agents that belong to the platform and carry out jobs of any site, by name. */
export const PoolName: TSchema = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' })

/** What a run cost, and what it saved. */
export const Bill: TSchema = closed({
  cpuMs: Count,
  peakRssBytes: Count,
  wallMs: Count,
  /** From and to disks; what the system kept in memory is no cost. */
  readBytes: Count,
  writtenBytes: Count,
  /** What visitors or the disk are spared from now on, as far as the kind can tell. */
  savedBytes: Count,
})

/** Who asked for a job: the platform over the API, or at the site its owner, an event, or root. */
export const LocalOrigin: TSchema = Type.Enum(['owner', 'event', 'root'])

/** What a run ended with. `result` is checked against its kind; its bytes are bounded by `limits.job.resultBytes`. */
export const outcome: Record<string, TSchema> = {
  outcome: Type.Enum(['succeeded', 'failed', 'cancelled']),
  effect: Effect,
  result: Type.Optional(Type.Unknown()),
  error: Type.Optional(Failure),
  bill: Type.Optional(Bill),
  finishedAt: TimeMs,
}
