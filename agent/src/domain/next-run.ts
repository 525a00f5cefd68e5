import type { Kind } from '@platen/protocol'
import type { Origin } from './run.ts'

/** A run that waits for its turn. */
export interface WaitingRun {
  readonly kind: Kind
  readonly origin: Origin
  readonly createdAt: number
}

/** Light jobs that run at once, beside at most one heavy one: each is a process of its own. */
export const mostLight = 2

/**
 * Which of the waiting runs goes next, or undefined where none may: what the owner or root asked for first, since somebody looks
 * at it; then higher priority, then the older one. One heavy job at a time, so that the site keeps its machine.
 */
export function nextRun<Waiting extends WaitingRun>(waiting: readonly Waiting[], running: readonly Kind[]): Waiting | undefined {
  const heavy = running.filter(kind => kind.weight === 'heavy').length
  const room = { heavy: heavy === 0, light: running.length - heavy < mostLight }
  return waiting
    .filter(run => room[run.kind.weight])
    .toSorted((one, other) => rank(one) - rank(other) || other.kind.priority - one.kind.priority || one.createdAt - other.createdAt)[0]
}

function rank({ origin }: WaitingRun): number {
  return origin === 'owner' || origin === 'root' ? 0 : 1
}
