import type { DocumentPolicy, Kind, LocalWishes } from '@platen/protocol'
import type { DayUsage } from './day-usage.ts'
import type { LocalTimeIn } from './local-time.ts'
import { refusal, type Refusal } from './policy.ts'
import { quietUntil, type Calendar } from './quiet-hours.ts'
import type { Origin } from './run.ts'

/** Root's word and the owner's; the stricter one holds, so that the owner can only narrow. */
export interface Say {
  readonly policy: Pick<DocumentPolicy, 'limits' | 'quietHours'>
  readonly wishes: LocalWishes
}

/** What an answer depends on besides. */
export interface Moment {
  readonly now: number
  readonly usage: DayUsage
  readonly localTimeIn: LocalTimeIn
}

/** What was asked for, and by whom. */
export interface AskedJob {
  readonly kind: Pick<Kind, 'name' | 'weight'>
  readonly origin: Origin
}

/** Longest pause that a decline may ask for; what lasts longer is declined again then. */
const longestPauseMs = 86_400_000
const dayMinutes = 1_440

/** A site whose owner has said nothing. */
export const noWishes: LocalWishes = { timeZone: 'UTC', quietHours: [], vetoed: [], deferred: [] }

/**
 * Why the site's owner does not want a job now, or undefined. What he or root asks for himself is his say already. A veto and
 * a deferral are about a kind, whatever it weighs; quiet hours and allowances are about heavy kinds, so that a purge never
 * leaves visitors with old pages.
 */
export function judgeOwnersSay({ kind, origin }: AskedJob, say: Say, moment: Moment): Refusal | undefined {
  if (origin === 'owner' || origin === 'root') return undefined
  const hours = kind.weight === 'heavy' ? quiet(say, moment) : undefined
  return veto(kind.name, say) ?? deferral(kind.name, say, moment) ?? hours ?? judgeAllowance({ kind, origin }, say, moment)
}

/** Why a job that runs may not go on, or undefined: of all that he says, only an allowance ends what was begun. */
export function judgeAllowance({ kind, origin }: AskedJob, say: Say, moment: Moment): Refusal | undefined {
  const isHis = origin === 'owner' || origin === 'root'
  return isHis || kind.weight !== 'heavy' ? undefined : spent(say, moment)
}

/** The quiet hours of both. */
export function calendars({ policy, wishes }: Say): readonly Calendar[] {
  return [...(policy.quietHours ? [policy.quietHours] : []), { timeZone: wishes.timeZone, hours: wishes.quietHours }]
}

function veto(kind: string, { wishes: { vetoed, vetoReasons = [] } }: Say): Refusal | undefined {
  if (!vetoed.includes(kind)) return undefined
  const given = vetoReasons.find(one => one.kind === kind)
  return inBounds(refusal('owner.vetoed', `No ${kind}, please${given ? `: ${given.reason}` : '.'}`))
}

function deferral(kind: string, { wishes }: Say, { now }: Moment): Refusal | undefined {
  const [last] = wishes.deferred.filter(one => one.kind === kind && one.until > now).toSorted((one, other) => other.until - one.until)
  return last && until(last.until, now, refusal('owner.deferred', `Until ${new Date(last.until).toISOString()}: ${last.reason}`))
}

function quiet(say: Say, { now, localTimeIn }: Moment): Refusal | undefined {
  const end = quietUntil(calendars(say), now, localTimeIn)
  return end === undefined ? undefined : until(end, now, refusal('owner.quiet_hours', `Until ${new Date(end).toISOString()}.`))
}

function spent({ policy: { limits }, wishes }: Say, { now, usage, localTimeIn }: Moment): Refusal | undefined {
  const cpuSeconds = stricter(limits.cpuSecondsPerDay, wishes.cpuSecondsPerDay)
  const diskBytes = stricter(limits.diskBytesPerDay, wishes.diskBytesPerDay)
  const word =
    usage.cpuMs >= cpuSeconds * 1_000
      ? `CPU time: ${Math.round(usage.cpuMs / 1_000)} of ${cpuSeconds} s.`
      : usage.diskBytes >= diskBytes
        ? `Disk: ${usage.diskBytes} of ${diskBytes} bytes.`
        : undefined
  const leftMs = (dayMinutes - localTimeIn(wishes.timeZone, now).minute) * 60_000
  return word === undefined ? undefined : until(now + leftMs, now, refusal('owner.allowance', word))
}

function stricter(one: number | undefined, other: number | undefined): number {
  return Math.min(one ?? Infinity, other ?? Infinity)
}

function until(end: number, now: number, reason: Refusal): Refusal {
  return { ...inBounds(reason), retryAfterMs: Math.min(end - now, longestPauseMs) }
}

/** What the owner says may be as long as a message is in all, which has the table's words before it. */
function inBounds(reason: Refusal): Refusal {
  return { ...reason, message: reason.message.slice(0, 500) }
}
