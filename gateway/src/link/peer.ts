import type { CloseCodeNumber, GatewayFrame } from '@platen/protocol'
import type { Place } from '../domain/place.ts'
import type { Agent } from '../ports/agents.ts'

/** An attempt that the agent holds, as far as this session knows. */
export interface HeldJob {
  readonly attempt: number
  readonly epoch: number
  readonly kind: string
}

/** An agent at the other end of an open session, and the jobs that were offered to it and have not ended. */
export interface Peer {
  readonly agent: Pick<Agent, 'id' | 'accountId' | 'siteId'> & { readonly places: readonly Place[] }
  heldJob(jobId: string): HeldJob | undefined
  hold(jobId: string, job: HeldJob): void
  letGo(jobId: string): void
  close(code: CloseCodeNumber): void
  /** What it holds could not be renewed here, and is not to be taken for run out before it could have been. */
  spare(): void
  /** False where nothing can be sent any more. */
  send(frame: GatewayFrame): boolean
}
