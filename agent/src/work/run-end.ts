import type { Refusal } from '../domain/policy.ts'
import type { Origin, RunEnd } from '../domain/run.ts'
import type { WorkOutcome } from '../ports/workers.ts'

/** A job of the site has no lease under which it could wait: the gateway would take its word for none. */
const cantWait = { code: 'internal', message: 'A job that was made at the site can’t ask for another one.' } as const

/** How a run ends by what came of its worker, and by why that was stopped where nobody had asked for it. */
export function endOf(work: WorkOutcome, origin: Origin, stoppedFor: Refusal | undefined): RunEnd {
  switch (work.outcome) {
    case 'succeeded':
      return { outcome: 'succeeded', effect: work.effect, result: work.result, bill: work.bill }
    case 'failed':
      return { outcome: 'failed', effect: work.effect, error: work.error, bill: work.bill }
    case 'waiting':
      if (origin !== 'platform') return { outcome: 'failed', effect: work.effect, error: cantWait, bill: work.bill }
      return { outcome: 'waiting', effect: work.effect, child: work.child, bill: work.bill }
    case 'cancelled':
      if (!stoppedFor) return { outcome: 'cancelled', effect: work.effect, bill: work.bill }
      return { outcome: 'cancelled', effect: work.effect, error: { code: stoppedFor.code, message: stoppedFor.message }, bill: work.bill }
  }
}
