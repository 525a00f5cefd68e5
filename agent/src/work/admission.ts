import { limits, PlatenError, problemText, type DocumentPolicy, type Kind, type Validator } from '@platen/protocol'
import { judge, type Refusal } from '../domain/policy.ts'
import type { RunIdentity } from '../domain/run.ts'

/** What decides whether a job is taken. */
export interface AdmissionRules {
  readonly policy: DocumentPolicy
  readonly kinds: ReadonlyMap<string, Kind>
  /** Checks of inputs by kind. */
  readonly inputs: Readonly<Record<string, Validator>>
}

/** Why a job is not taken, cheapest reason first, or undefined where it may be: policy, then the input's size and shape. */
export function refusalOf({ policy, kinds, inputs }: AdmissionRules, identity: RunIdentity): Refusal | undefined {
  const refusal = judge(policy, kinds, identity)
  if (refusal) return refusal
  if (Buffer.byteLength(JSON.stringify(identity.input) ?? '') > limits.job.inputBytes) return toRefusal(new PlatenError('input.too_large'))
  const check = inputs[identity.kind]
  return check?.(identity.input) ? undefined : toRefusal(new PlatenError('input.invalid', `input ${problemText(check?.errors)}.`))
}

/** An error as a refusal. */
export function toRefusal({ code, message }: PlatenError, retryAfterMs?: number): Refusal {
  return { code, message: message.slice(0, 500), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
