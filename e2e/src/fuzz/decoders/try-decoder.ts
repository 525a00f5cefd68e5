import { toPlatenError } from '@platen/protocol'
import { dice } from '../../chaos/dice.ts'
import type { Input, Target } from './target.ts'
import { targets } from './targets.ts'

/** Something that a decoder must not do, and the input that made it do so. */
export interface DecoderFinding {
  readonly target: string
  readonly kind: 'crash' | 'hang' | 'pollution'
  readonly detail: string
  readonly input: Input
}

/** CPU time that an input may take: so much, and so much more a kilobyte. Work that grows with the square of an input is over it. */
const most = { baseMs: 150, perKbMs: 3 }
const kilobyte = 1_024
/** Spreads neighbouring numbers over all seeds. */
const stride = 7_919

/** The decoder of a throw, and what it is fed: the same for the same seed and number. */
export function throwOf(seed: number, number: number): { readonly target: Target; readonly input: Input } {
  const thrown = dice((seed * stride + number) | 0)
  const target = targets[number % targets.length] as Target
  return { target, input: target.make(thrown) }
}

/** Feeds one input to a decoder: whatever it is, an answer or an error of the table comes of it, soon. */
export async function tryDecoder(target: Target, input: Input): Promise<DecoderFinding | undefined> {
  const finding = (kind: DecoderFinding['kind'], detail: string): DecoderFinding => ({ target: target.name, kind, detail, input })
  const allowedMs = most.baseMs + (most.perKbMs * input.length) / kilobyte
  const first = await fed(target, input)
  if (first.crash !== undefined) return finding('crash', first.crash)
  if (polluted()) return finding('pollution', 'Object.prototype has got a member')
  if (first.cpuMs <= allowedMs) return undefined
  // Once more, since the first time may have paid for others' garbage.
  const { cpuMs } = await fed(target, input)
  if (cpuMs <= allowedMs) return undefined
  return finding('hang', `${Math.round(cpuMs)} ms of CPU for ${input.length} characters`)
}

/** CPU time of one input, and what was thrown that is no error of the table. */
async function fed(target: Target, input: Input): Promise<{ readonly cpuMs: number; readonly crash?: string }> {
  const before = process.threadCpuUsage()
  let crash: string | undefined
  try {
    await target.decode(input)
  } catch (error) {
    if (toPlatenError(error).code === 'internal')
      crash = error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error)
  }
  const { user, system } = process.threadCpuUsage(before)
  return { cpuMs: (user + system) / 1_000, ...(crash === undefined ? {} : { crash }) }
}

function polluted(): boolean {
  const fresh: Record<string, unknown> = {}
  return fresh['polluted'] !== undefined || Object.keys(Object.prototype).length > 0
}
