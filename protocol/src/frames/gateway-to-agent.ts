import { Type, type TSchema } from 'typebox'
import { closed, Code, Count } from '../kinds/parts.ts'
import { Base64Url, Failure, fence, JobId, KindName, PublicKey, PurgeId, SessionId, Text, TimeMs } from './parts.ts'

/** Frames that the gateway sends, by type. */
export const gatewayFrames: Record<string, TSchema> = {
  /** The first frame of a connection: what `hello` has to sign. */
  challenge: closed({ type: Type.Literal('challenge'), nonce: Base64Url, gateway: Type.String({ maxLength: 200 }), time: TimeMs }),
  /** Ends the handshake. */
  welcome: closed({
    type: Type.Literal('welcome'),
    sessionId: SessionId,
    revision: Type.Integer({ minimum: 1 }),
    heartbeatMs: Type.Integer({ minimum: 1_000, maximum: 600_000 }),
    /** A run that no heartbeat renewed for so long is lost: an agent that was cut off comes back sooner. */
    leaseMs: Type.Integer({ minimum: 1_000, maximum: 3_600_000 }),
    /**
     * Sequence of the last `state.report` that was stored; another than the agent's own means: send all. An agent goes on from a
     * higher one, so there has to be room for more of them than it will ever send.
     */
    stateSeq: Type.Integer({ minimum: 0, maximum: 2 ** 52 }),
    time: TimeMs,
    /** Frames that a gateway need not know, and this one acts on. An agent ignores those that it does not know itself. */
    capabilities: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 40 }), { maxItems: 32 })),
  }),
  /** A job for this agent. `grant` is the signer's word for it (see grant.ts); the agent acts on nothing without one. */
  'job.offer': closed({
    type: Type.Literal('job.offer'),
    ...fence,
    kind: KindName,
    input: Type.Unknown(),
    runMs: Type.Integer({ minimum: 1_000, maximum: 86_400_000 }),
    /** The last epoch whose outcome the gateway knows: a run of a later one goes on, or is reported, under this offer's fence. */
    settled: Count,
    /** What became of the job that the run before asked for. */
    child: Type.Optional(
      closed({
        jobId: JobId,
        state: Type.Enum(['succeeded', 'failed', 'cancelled', 'expired']),
        result: Type.Optional(Type.Unknown()),
        error: Type.Optional(Failure),
      }),
    ),
    grant: closed({ payload: Base64Url, signature: Base64Url, certificate: closed({ payload: Base64Url, signature: Base64Url }) }),
  }),
  /** Stop the job, whether it has started or not. */
  'job.cancel': closed({ type: Type.Literal('job.cancel'), ...fence, reason: Text }),
  /** A `job.result`, `job.wait` or `job.created` was stored (or refused, with the code): the agent may forget it. */
  'job.ack': closed({
    type: Type.Literal('job.ack'),
    jobId: JobId,
    of: Type.Enum(['result', 'wait', 'created']),
    attempt: Count,
    epoch: Count,
    refused: Type.Optional(Code),
  }),
  /** Send a full `state.report`. */
  'state.resync': closed({ type: Type.Literal('state.resync') }),
  /** Somebody wants this agent to have a new key. */
  'key.rotate': closed({ type: Type.Literal('key.rotate') }),
  /** The new key is kept beside the one in use until the agent connects with it; or it is refused, with the code. */
  'key.ack': closed({ type: Type.Literal('key.ack'), publicKey: PublicKey, refused: Type.Optional(Code) }),
  /**
   * What became of a `cdn.request`: the site may be at no CDN that this gateway knows of. `delayed`: the CDN did not take it, for the
   * reason of `code`; the gateway asks it again, and says later what came of that.
   */
  'cdn.outcome': closed({
    type: Type.Literal('cdn.outcome'),
    purgeId: PurgeId,
    outcome: Type.Enum(['purged', 'absent', 'delayed', 'failed']),
    code: Type.Optional(Code),
  }),
  /** The gateway is going away: come back after so long. */
  goodbye: closed({ type: Type.Literal('goodbye'), reason: Text, afterMs: Type.Integer({ minimum: 0, maximum: 3_600_000 }) }),
}
