import { isErrorCode, limits, problemText, type AgentFrame, type ErrorCode, type Validator } from '@platen/protocol'
import { isEnded, type JobEnd } from '../domain/job.ts'
import type { JobStep } from '../domain/job-machine.ts'
import type { Metrics } from '../ports/metrics.ts'

type Result = Extract<AgentFrame, { type: 'job.result' }>

/**
 * How a job ended, from what its agent says of it. A result that breaks its kind's schema or bound is not kept: the job
 * has failed then, whatever it did to the site.
 */
export function jobEnd(frame: Result, check: Validator | undefined): JobEnd {
  const { outcome, effect, result, error, bill, receipt } = frame
  const cost = { ...(bill ? { bill } : {}), ...(receipt ? { receipt } : {}) }
  const wrong = result === undefined && outcome !== 'succeeded' ? undefined : problemOf(result, check)
  if (wrong !== undefined)
    return { outcome: 'failed', effect, error: { code: 'frame.invalid', message: `The agent’s result: ${wrong}.` }, ...cost }
  return {
    outcome,
    effect,
    ...(result === undefined ? {} : { result }),
    ...(error ? { error: { code: knownCode(error.code), message: error.message } } : {}),
    ...cost,
  }
}

/** A code of the table: an agent of another version may know more of them, a hostile one may make some up. */
export function knownCode(code: string): ErrorCode {
  return isErrorCode(code) ? code : 'internal'
}

/** Counts the jobs that steps have ended. */
export function countEnds(metrics: Metrics, steps: readonly JobStep[]): void {
  for (const { job, accepted } of steps) if (accepted && isEnded(job)) metrics.count('jobs_ended', job.state)
}

function problemOf(result: unknown, check: Validator | undefined): string | undefined {
  if (!check) return 'its kind is not known here'
  if (!check(result)) return problemText(check.errors)
  return Buffer.byteLength(JSON.stringify(result)) > limits.job.resultBytes ? 'it is too large' : undefined
}
