import type { GatewayFrame } from '@platen/protocol'
import type { Agent } from '../ports/agents.ts'

/** An attempt that the agent holds, as far as this session knows. */
export interface HeldJob {
  readonly attempt: number
  readonly epoch: number
  readonly kind: string
}

/** An agent at the other end of an open session. */
export interface Peer {
  readonly agent: Pick<Agent, 'id' | 'accountId' | 'siteId'>
  /** Jobs that were offered and have not ended, by id. */
  readonly held: Map<string, HeldJob>
  /** False where nothing can be sent any more. */
  send(frame: GatewayFrame): boolean
}
