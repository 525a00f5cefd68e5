import { refusal, type Refusal } from './policy.ts'
import type { OfferedLease } from './offer.ts'

/** The clocks of two gateways are this close to each other, in ms. */
const clocksApartMs = 60_000

/**
 * Why a job that is not on record may not be begun, or undefined. Between the last epoch whose outcome the gateway knows and
 * the one that is offered there were leases whose answers were lost; the journal would tell whether one of them was taken
 * here. One that may have forgotten it can't, unless the job is younger than what was forgotten.
 */
export function mayHaveRun(offered: OfferedLease & { readonly jobId: string }, forgottenBefore: number | undefined): Refusal | undefined {
  if (forgottenBefore === undefined || offered.epoch <= offered.settled + 1) return undefined
  if (madeAt(offered.jobId) > forgottenBefore + clocksApartMs) return undefined
  return refusal('job.lost', 'The agent has lost its journal: nobody knows whether the job ran before.')
}

/** When an id was made, by its maker's clock, in ms since the epoch: the first 48 bits of a UUIDv7. */
export function madeAt(id: string): number {
  return Number.parseInt(
    id
      .slice(id.indexOf('_') + 1)
      .replaceAll('-', '')
      .slice(0, 12),
    16,
  )
}
