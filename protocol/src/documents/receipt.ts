import { Type, type TSchema } from 'typebox'
import { AgentId, Effect, JobId, KindName, PublicKey, SiteId, TimeMs } from '../frames/parts.ts'
import { closed, Code, Count, Url } from '../kinds/parts.ts'
import { limits } from '../limits.ts'

/** 128 random bits: agents that lose their journal begin anew at 1, and are told apart by it. */
const ChainId = Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' })
const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
/** SHA-256, base64url. */
const Hash = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
/** Ed25519, base64url. */
const Signature = Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' })
/** In plain words. */
const What = Type.String({ maxLength: limits.receipt.whatLength })

/** Names a receipt: whoever keeps it elsewhere sees by it whether receipts were cut off, or made anew, later. */
export const ReceiptAnchor: TSchema = closed({ chain: ChainId, seq: Seq, hash: Hash, signature: Signature })

const head: Record<string, TSchema> = {
  version: Type.Literal(1),
  site: SiteId,
  agent: AgentId,
  chain: ChainId,
  /** One more than that of the receipt before. */
  seq: Seq,
  /** By the site's own clock. */
  at: TimeMs,
  /** Whose signature this is. */
  key: PublicKey,
  /** Hash of the receipt before; null where there is none. */
  prev: Type.Union([Hash, Type.Null()]),
}

const Layers = Type.Array(
  closed({
    layer: Type.String({ pattern: '^[a-z]{1,20}$' }),
    state: Type.String({ pattern: '^[a-z]{1,20}$' }),
    count: Type.Optional(Count),
    code: Type.Optional(Code),
  }),
  { maxItems: limits.receipt.layers },
)

const PageState = Type.Enum(['fresh', 'stale', 'unreachable', 'removed'])
/** How a page was given by the CDN. */
const CdnState = Type.Enum(['fresh', 'stale', 'unreachable'])

/** How many pages were found in which state, and some of them: what is not new stands first. */
const Pages = closed({
  fresh: Count,
  stale: Count,
  unreachable: Count,
  removed: Count,
  /** Of those that were looked at through the CDN as well. */
  cdn: Type.Optional(closed({ fresh: Count, stale: Count, unreachable: Count })),
  sample: Type.Array(
    closed({
      url: Url,
      state: PageState,
      /** Who serves an old copy. */
      layer: Type.Optional(Type.String({ pattern: '^[a-z]{1,20}$' })),
      cache: Type.Optional(Type.String({ maxLength: 32 })),
      status: Type.Optional(Type.Integer({ minimum: 0, maximum: 999 })),
      cdn: Type.Optional(CdnState),
    }),
    { maxItems: limits.receipt.samplePages },
  ),
})

/** What a receipt says, by its type. */
const Body = Type.Union([
  /** A chain begins, and why; `after` is the last receipt of the chain that was there before, where one is known. */
  closed({
    ...head,
    type: Type.Literal('start'),
    what: What,
    after: Type.Optional(closed({ chain: ChainId, seq: Seq, hash: Hash })),
  }),
  /** The last one that this key signs: from the next on it is `next`, whose `proof` is over `receiptKeyText(…)`. */
  closed({ ...head, type: Type.Literal('key'), next: PublicKey, proof: Signature }),
  /** A run has ended, well or not. */
  closed({
    ...head,
    type: Type.Literal('run'),
    job: JobId,
    attempt: Count,
    epoch: Count,
    kind: KindName,
    outcome: Type.Enum(['succeeded', 'failed', 'cancelled']),
    effect: Effect,
    code: Type.Optional(Code),
    what: What,
    layers: Layers,
    pages: Pages,
  }),
  /** What came later of something that an earlier receipt left open; `chain` where that is in one that was there before. */
  closed({
    ...head,
    type: Type.Literal('follow'),
    follows: closed({ chain: Type.Optional(ChainId), seq: Seq, hash: Hash }),
    job: JobId,
    kind: KindName,
    what: What,
    layers: Layers,
  }),
])

/**
 * A receipt as it is kept and handed out, one a line: canonical JSON. `hash` is that of the canonical JSON of `receipt`,
 * `signature` is over `receiptText(hash)`.
 */
export const SignedReceipt: TSchema = closed({ receipt: Body, hash: Hash, signature: Signature })
