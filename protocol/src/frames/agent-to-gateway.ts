import { Type, type TSchema } from 'typebox'
import { cdnTagPattern } from '../cdn-tags.ts'
import { ReceiptAnchor } from '../documents/receipt.ts'
import { closed, Code, Count, Ordinal, Url } from '../kinds/parts.ts'
import { limits } from '../limits.ts'
import {
  AgentId,
  Base64Url,
  Bill,
  Effect,
  fence,
  fenceOrNone,
  InstanceId,
  JobId,
  KindName,
  LocalOrigin,
  outcome,
  PoolName,
  PurgeId,
  PublicKey,
  Text,
  TimeMs,
} from './parts.ts'

const Running = Type.Array(closed(fence), { maxItems: 64 })

/** Frames that an agent sends, by type. */
export const agentFrames: Record<string, TSchema> = {
  /** Answers `challenge`; nothing else is accepted before it. `signature` is Ed25519 over `helloText(nonce, …)`. */
  hello: closed({
    type: Type.Literal('hello'),
    agentId: AgentId,
    instanceId: InstanceId,
    signature: Base64Url,
    revisions: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 16 }),
    /** Kinds that this agent's build and policy allow. */
    capabilities: Type.Array(KindName, { maxItems: 100 }),
    version: Type.String({ maxLength: 40 }),
    /** Jobs that are running or whose results wait in the outbox. */
    running: Running,
    /** Sequence of the last `state.report` that left. */
    stateSeq: Count,
    /** Why the last connection ended, as the agent saw it. */
    lastClose: Type.Optional(Text),
  }),
  /** At the interval of `welcome`; renews the leases of what is running. */
  heartbeat: closed({ type: Type.Literal('heartbeat'), running: Running }),
  /** The offer was journaled and will run. */
  'job.accept': closed({ type: Type.Literal('job.accept'), ...fence }),
  /** The offer will not run here, and why; `retryAfterMs` asks for it again later. */
  'job.decline': closed({
    type: Type.Literal('job.decline'),
    ...fence,
    code: Code,
    message: Text,
    retryAfterMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400_000 })),
    /** The journal is whole, and knows of no run of the job under a lease after `settled` of the offer. */
    unbegun: Type.Optional(Type.Literal(true)),
  }),
  /** How far the job is; the latest wins, none is kept. `total` 0 means unknown. */
  'job.progress': closed({
    type: Type.Literal('job.progress'),
    ...fence,
    done: Count,
    total: Count,
    note: Text,
  }),
  /** What became of the job. Sent again until `job.ack` names it. */
  'job.result': closed({
    type: Type.Literal('job.result'),
    ...fenceOrNone,
    ...outcome,
    /** What the agent has put on record about it, where the kind has receipts. */
    receipt: Type.Optional(ReceiptAnchor),
  }),
  /**
   * The run is over for now: it asks for another job and goes on when that has ended, as a new run of the same attempt. Sent
   * again until `job.ack` names it. Which kinds may ask for which is in their descriptors.
   */
  'job.wait': closed({
    type: Type.Literal('job.wait'),
    ...fence,
    child: closed({ kind: KindName, input: Type.Unknown(), pool: Type.Optional(PoolName) }),
    effect: Effect,
    bill: Type.Optional(Bill),
  }),
  /** A job made at the site, by its owner, an event or root: started, or ended already. Idempotent by `jobId`. */
  'job.created': closed({
    type: Type.Literal('job.created'),
    jobId: JobId,
    kind: KindName,
    input: Type.Unknown(),
    origin: LocalOrigin,
    createdAt: TimeMs,
  }),
  /** What changed in the agent's state, or all of it (`full`). A gap in `seq` makes the gateway ask for all. */
  'state.report': closed({
    type: Type.Literal('state.report'),
    seq: Ordinal,
    full: Type.Boolean(),
    facts: Type.Record(
      Type.String({ maxLength: 64 }),
      Type.Union([Type.Null(), Type.Boolean(), Type.Number(), Type.String({ maxLength: 500 })]),
      {
        maxProperties: 500,
      },
    ),
  }),
  /** A new key for this agent: `signature` by the one in use, `proof` by the new one, both over `rotationText(…)`. */
  'key.offer': closed({ type: Type.Literal('key.offer'), publicKey: PublicKey, signature: Base64Url, proof: Base64Url }),
  /**
   * Purge these at the site's CDN, or all of the site. Sent again until `cdn.outcome` names it: purging twice does no harm. What is
   * to be purged never changes under one id.
   */
  'cdn.request': closed({
    type: Type.Literal('cdn.request'),
    purgeId: PurgeId,
    what: Type.Union([
      closed({ urls: Type.Array(Url, { minItems: 1, maxItems: limits.cdn.requestUrls }) }),
      closed({ everything: Type.Literal(true) }),
      /** Pages at the CDN by what they show; to a gateway that names `cdn.tags` alone. */
      closed({ tags: Type.Array(Type.String({ pattern: cdnTagPattern }), { minItems: 1, maxItems: limits.cdn.requestTags }) }),
    ]),
    /** Prices, stock, and what nobody may see any more. */
    urgent: Type.Boolean(),
  }),
  /** The agent is going away on purpose. */
  goodbye: closed({ type: Type.Literal('goodbye'), reason: Text }),
}
