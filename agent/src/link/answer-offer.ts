import { toPlatenError, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import type { Declined, Jobs } from '../ports/jobs.ts'
import { checkGrant, type GrantChecker } from './grant.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>
type Answer = Extract<AgentFrame, { type: 'job.accept' | 'job.decline' }>

const offerAgainMs = 30_000

/**
 * Checks the signer's word for an offer, then asks whoever runs jobs; the answer is for the gateway. `signed` hears when a grant
 * that is good was signed. Never throws.
 */
export function answerOffer(offer: Offer, checker: GrantChecker, jobs: Pick<Jobs, 'offer'>, signed: (atMs: number) => void): Answer {
  const { jobId, attempt, epoch } = offer
  const outcome = taken(offer, checker, jobs, signed)
  if (outcome === 'accepted') return { type: 'job.accept', jobId, attempt, epoch }
  const { code, message, retryAfterMs, unbegun } = outcome
  return {
    type: 'job.decline',
    jobId,
    attempt,
    epoch,
    code,
    message: message.slice(0, 500),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(unbegun ? { unbegun } : {}),
  }
}

function taken(offer: Offer, checker: GrantChecker, jobs: Pick<Jobs, 'offer'>, signed: (atMs: number) => void): 'accepted' | Declined {
  try {
    signed(checkGrant(offer, checker))
    const { jobId, attempt, epoch, settled, kind, input, runMs, child } = offer
    return jobs.offer({ jobId, attempt, epoch, settled, kind, input, runMs, ...(child ? { child } : {}) })
  } catch (error) {
    const { code, message } = toPlatenError(error)
    // A fresh grant may do what an expired one can't; one that is wrong stays wrong.
    const final = code.startsWith('grant.') && code !== 'grant.expired'
    return { code, message, ...(final ? {} : { retryAfterMs: offerAgainMs }) }
  }
}
