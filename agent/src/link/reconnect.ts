import { closeCodes, closeRetry, limits, type ErrorCode } from '@platen/protocol'
import { backoffMs } from '../domain/retry.ts'

/** How one try to be connected ended. */
export type ConnectionEnd =
  /** The socket was open, and either side closed it. `slotMs` is what the gateway's goodbye said. */
  | { readonly type: 'closed'; readonly code: number; readonly reason: string; readonly slotMs?: number }
  /** The gateway, or whatever stands before it, answered the upgrade with an HTTP status instead. */
  | Answered
  | { readonly type: 'unreachable'; readonly message: string }

/** An HTTP answer to an upgrade. */
export interface Answered {
  readonly type: 'answered'
  readonly status: number
  /** Of its problem document, where it has one. */
  readonly code?: ErrorCode
  readonly retryAfterMs?: number
  readonly serverTimeMs?: number
}

/** What to do then. */
export type Verdict = { readonly type: 'wait'; readonly ms: number } | { readonly type: 'never' }

/** The longest wait that a gateway can ask for. */
const longestSlotMs = 3_600_000

/**
 * When to try again after `failures` ends in a row (at least 1), or that trying is of no use before someone acts. With a lease
 * of `leaseMs` it is tried again within half of one, lest what runs be taken for lost.
 */
export function verdictOn(end: ConnectionEnd, failures: number, random: number, leaseMs: number = limits.job.leaseMs): Verdict {
  const capMs = Math.min(limits.link.backoffCapMs, leaseMs / 2)
  const backoff = backoffMs(failures, { firstMs: limits.link.backoffFirstMs, capMs }, random)
  if (end.type === 'unreachable') return { type: 'wait', ms: backoff }
  if (end.type === 'answered') {
    return isUnwanted(end) ? { type: 'never' } : { type: 'wait', ms: atLeast(end.retryAfterMs, backoff) }
  }
  switch (closeRetry(end.code)) {
    case 'never':
      return { type: 'never' }
    case 'slot':
      return { type: 'wait', ms: end.slotMs === undefined ? backoff : Math.min(end.slotMs, longestSlotMs) }
    case 'backoff':
      return { type: 'wait', ms: backoff }
  }
}

/** The gateway’s own word that it knows this agent and does not want it. Any firewall in between says 403 as well: that passes. */
function isUnwanted({ status, code }: Answered): boolean {
  return status === 403 && code === 'agent.revoked'
}

/** How an end counts whose reason was the key that was shown, where there is another. */
export const keyRefused: ConnectionEnd = { type: 'answered', status: 401 }

/** Whether an end may mean that the key which was shown is not the one that the gateway knows. */
export function isKeyRefused(end: ConnectionEnd): boolean {
  return end.type === 'answered' ? end.status === 401 : end.type === 'closed' && (end.code === 4002 || end.code === 4003)
}

/** An end in words, for status and for the next hello. */
export function endText(end: ConnectionEnd): string {
  switch (end.type) {
    case 'closed':
      return `${end.code} ${nameOf(end.code)}${end.reason === '' ? '' : `: ${end.reason}`}`.slice(0, 500)
    case 'answered':
      return `HTTP ${end.status}${end.code === undefined ? '' : ` ${end.code}`}`
    case 'unreachable':
      return `unreachable: ${end.message}`.slice(0, 500)
  }
}

function nameOf(code: number): string {
  const named: Readonly<Record<number, { readonly name: string }>> = closeCodes
  return named[code]?.name ?? 'closed'
}

function atLeast(asked: number | undefined, backoff: number): number {
  return asked === undefined ? backoff : Math.max(Math.min(asked, longestSlotMs), backoff)
}
