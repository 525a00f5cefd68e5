import { refusal, type Refusal } from './policy.ts'
import type { Run, RunIdentity } from './run.ts'

/** What to do about an offer of a job that this agent knows already. */
export type Repeated = 'accepted' | 'new attempt' | 'end the older first' | Refusal

/**
 * Compares an offer with the run that is on record under its job id. The same fence again is the same offer, which was
 * accepted; an older epoch is void; a newer one waits until the older attempt is over, so no two attempts ever overlap.
 */
export function compareOffer(known: Run, offered: Pick<RunIdentity, 'attempt' | 'epoch'>): Repeated {
  if (offered.epoch < known.epoch) return refusal('job.stale_epoch', 'A newer lease of it was taken before.')
  if (offered.epoch === known.epoch && offered.attempt === known.attempt) {
    return known.state === 'ended' ? refusal('grant.replayed', 'Its result is reported.') : 'accepted'
  }
  return known.state === 'ended' ? 'new attempt' : 'end the older first'
}
