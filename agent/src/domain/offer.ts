import { refusal, type Refusal } from './policy.ts'
import type { Lease, Run } from './run.ts'

/** What to do about an offer of a job that this agent knows already. */
export type Repeated = 'accepted' | 'adopt' | 'new attempt' | 'end the older first' | Refusal

/** The lease that is offered, and the last epoch whose outcome the gateway knows. */
export interface OfferedLease extends Lease {
  readonly settled: number
}

/**
 * Compares an offer with the run that is on record under its job id. The same fence again is the same offer, which was
 * accepted; an older epoch is void. A newer one is a new attempt where the gateway knows what became of the run on record;
 * where it does not, that run is taken up under the newer lease, so that nothing is done twice and no two attempts overlap.
 */
export function compareOffer(known: Run, offered: OfferedLease): Repeated {
  if (known.origin !== 'platform') return refusal('grant.mismatch', 'The job was made at this site.')
  if (offered.epoch < known.epoch) return refusal('job.stale_epoch', 'A newer lease of it was taken before.')
  if (offered.epoch === known.epoch && offered.attempt === known.attempt) {
    return known.state === 'ended' ? refusal('grant.replayed', 'Its result is reported.') : 'accepted'
  }
  if (known.epoch > offered.settled) return 'adopt'
  return known.state === 'ended' ? 'new attempt' : 'end the older first'
}
