import type { ErrorCode } from './errors.ts'
import type { AgentFrame, GatewayFrame } from './generated/frames.ts'
import { limits } from './limits.ts'
import { isNestedTooDeeply } from './nesting.ts'
import type { Problem, Validator } from './validator.ts'

/** A frame that was read, or why it was not. */
export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly code: ErrorCode; readonly detail: string }

/** Reads one text frame of the types that `validators` knows; never throws. */
export function decodeFrame<Frame extends AgentFrame | GatewayFrame>(
  text: string,
  validators: Readonly<Record<string, Validator>>,
): Decoded<Frame> {
  if (Buffer.byteLength(text) > limits.link.frameBytes) return { ok: false, code: 'frame.too_large', detail: `${text.length} characters` }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // What JSON.parse says about hostile text is of no use to anyone.
    return { ok: false, code: 'frame.invalid', detail: 'not JSON' }
  }
  if (isNestedTooDeeply(value)) return { ok: false, code: 'frame.invalid', detail: 'nested too deeply' }
  const type = (value as { type?: unknown } | null)?.type
  const validator = typeof type === 'string' && Object.hasOwn(validators, type) ? validators[type] : undefined
  if (!validator) return { ok: false, code: 'frame.invalid', detail: 'unknown type' }
  return validator(value)
    ? { ok: true, frame: value as Frame }
    : { ok: false, code: 'frame.invalid', detail: problemText(validator.errors) }
}

/** The first thing that a validator found wrong, as `path: words`; safe to show, since it never repeats the value. */
export function problemText(problems: readonly Problem[] | null | undefined): string {
  const problem = problems?.[0]
  if (!problem) return 'does not fit its schema'
  const extra = problem.params?.['additionalProperty']
  return `${problemField(problems)}: ${problem.message ?? 'is wrong'}${typeof extra === 'string' ? ` (${extra.slice(0, 40)})` : ''}`
}

/** The path of the first thing that is wrong, with dots; `(root)` for the value itself. */
export function problemField(problems: readonly Problem[] | null | undefined): string {
  const path = problems?.[0]?.instancePath ?? ''
  return path === '' ? '(root)' : path.slice(1).replaceAll('/', '.')
}
