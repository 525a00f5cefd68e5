import { limits, PlatenError, problemText, type DocumentPolicy, type Kind, type Validator } from '@platen/protocol'
import { judge, type Refusal } from '../domain/policy.ts'
import type { RunIdentity } from '../domain/run.ts'
import type { PurgeLimit } from './purge-limit.ts'

/** What decides whether a job is taken. */
export interface AdmissionRules {
  readonly policy: DocumentPolicy
  readonly kinds: ReadonlyMap<string, Kind>
  /** Checks of inputs by kind. */
  readonly inputs: Readonly<Record<string, Validator>>
  readonly purgeLimit: Pick<PurgeLimit, 'refusal'>
}

/**
 * Why a job is not taken, cheapest reason first, or undefined where it may be: policy, then the input's size and shape, then how often
 * the like of it was.
 */
export function refusalOf({ policy, kinds, inputs, purgeLimit }: AdmissionRules, identity: RunIdentity): Refusal | undefined {
  const refusal = judge(policy, kinds, identity)
  if (refusal) return refusal
  if (Buffer.byteLength(JSON.stringify(identity.input) ?? '') > limits.job.inputBytes) return toRefusal(new PlatenError('input.too_large'))
  const check = inputs[identity.kind]
  if (!check?.(identity.input)) return toRefusal(new PlatenError('input.invalid', `input ${problemText(check?.errors)}.`))
  return purgeLimit.refusal(identity)
}

/** An error as a refusal. */
export function toRefusal({ code, message }: PlatenError, retryAfterMs?: number): Refusal {
  return { code, message: message.slice(0, 500), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
