import { helloText, revisions, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import type { Fence } from '../ports/jobs.ts'
import type { LinkParts } from './link-parts.ts'
import { outboxWindow } from './outbox-sender.ts'

type Challenge = Extract<GatewayFrame, { type: 'challenge' }>
type Hello = Extract<AgentFrame, { type: 'hello' }>

/** The answer to a challenge: who this agent is, what it can do, and what it answers for. */
export function helloTo(challenge: Challenge, parts: LinkParts, lastClose: string | undefined): Hello {
  const { identity, kinds, version, reports } = parts
  return {
    type: 'hello',
    agentId: identity.agentId,
    instanceId: identity.instanceId,
    signature: identity.sign(helloText(challenge, identity.agentId, identity.instanceId)),
    revisions: [...revisions],
    capabilities: [...kinds],
    version,
    running: held(parts),
    stateSeq: reports.seq,
    ...(lastClose === undefined ? {} : { lastClose }),
  }
}

/** The fences that this agent answers for: what runs, and the results that are the first to be sent. */
function held({ jobs, journal }: LinkParts): Fence[] {
  const results = journal.outbox(outboxWindow).flatMap(({ frame }) => (frame.type !== 'job.created' && frame.epoch > 0 ? [frame] : []))
  return [...jobs.running(), ...results].map(({ jobId, attempt, epoch }) => ({ jobId, attempt, epoch }))
}
