import { toPlatenError, type Kind, type LocalOwner, type LocalWishes } from '@platen/protocol'
import { localValidators } from '@platen/protocol/validators/local'
import { usageOn, withCost, type Cost, type DayUsage } from '../domain/day-usage.ts'
import { lastMomentMs, type LocalTimeIn } from '../domain/local-time.ts'
import { calendars, judgeAllowance, judgeOwnersSay, noWishes, type Moment, type Say } from '../domain/owner-say.ts'
import type { Refusal } from '../domain/policy.ts'
import { quietUntil } from '../domain/quiet-hours.ts'
import type { Origin } from '../domain/run.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import type { Owner } from '../ports/owner.ts'

/** What the owner's say is kept and judged with. */
export interface SiteOwnerOptions {
  readonly policy: Say['policy']
  readonly journal: Pick<Journal, 'get' | 'set'>
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly localTimeIn: LocalTimeIn
  readonly log: Log
}

const wishesName = 'owner.wishes'
const usageName = 'owner.usage'
/** How often what a run uses is put on record while it runs. */
const noteEveryMs = 60_000

/** The owner's wishes and what his day has cost, both in the journal. */
export class SiteOwner implements Owner {
  readonly #options: SiteOwnerOptions
  #wishes: LocalWishes
  #noted: DayUsage | undefined
  #notedAt = -Infinity

  constructor(options: SiteOwnerOptions) {
    this.#options = options
    const { journal } = options
    this.#wishes = wishesFrom(journal.get(wishesName))
    this.#noted = usageFrom(journal.get(usageName))
  }

  refusal(kind: Kind, origin: Origin): Refusal | undefined {
    return judgeOwnersSay({ kind, origin }, this.#say(), this.#moment())
  }

  used(kind: Kind, origin: Origin, more: Cost): Refusal | undefined {
    if (kind.weight !== 'heavy') return undefined
    this.#noted = withCost(this.#usage(), more)
    if (this.#options.clock.monotonic() - this.#notedAt >= noteEveryMs) this.#note()
    return judgeAllowance({ kind, origin }, this.#say(), this.#moment())
  }

  spent(kind: Kind, more: Cost): void {
    if (kind.weight !== 'heavy') return
    this.#noted = withCost(this.#usage(), more)
    this.#note()
  }

  #note(): void {
    this.#notedAt = this.#options.clock.monotonic()
    try {
      this.#options.journal.set(usageName, JSON.stringify(this.#noted))
    } catch (error) {
      // It counts all the same, and is noted with the next one: only a restart before that forgets it.
      this.#options.log.error('owner:usage_unsaved', { code: toPlatenError(error).code })
    }
  }

  view(): LocalOwner {
    const { policy, clock, localTimeIn } = this.#options
    const { cpuSecondsPerDay, diskBytesPerDay } = policy.limits
    const now = clock.now()
    const { day, cpuMs, diskBytes } = this.#usage()
    const { minute } = localTimeIn(this.#wishes.timeZone, now)
    const until = quietUntil(calendars(this.#say()), now, localTimeIn)
    return {
      wishes: this.#wishes,
      bounds: {
        ...(cpuSecondsPerDay === undefined ? {} : { cpuSecondsPerDay }),
        ...(diskBytesPerDay === undefined ? {} : { diskBytesPerDay }),
        ...(policy.quietHours ? { quietHours: policy.quietHours } : {}),
      },
      usage: { day, cpuSeconds: Math.round(cpuMs / 1_000), diskBytes },
      localTime: [Math.floor(minute / 60), minute % 60].map(part => String(part).padStart(2, '0')).join(':'),
      ...(until === undefined ? {} : { quietUntil: until }),
    }
  }

  wish(told: LocalWishes): LocalOwner {
    const wishes = datable(told)
    this.#options.journal.set(wishesName, JSON.stringify(wishes))
    this.#wishes = wishes
    return this.view()
  }

  #say(): Say {
    return { policy: this.#options.policy, wishes: this.#wishes }
  }

  #moment(): Moment {
    const { clock, localTimeIn } = this.#options
    return { now: clock.now(), usage: this.#usage(), localTimeIn }
  }

  #usage(): DayUsage {
    const { clock, localTimeIn } = this.#options
    return usageOn(localTimeIn(this.#wishes.timeZone, clock.now()).day, this.#noted)
  }
}

/** Read with care: a journal may have been put together from what was left of a broken one. */
function wishesFrom(text: string | undefined): LocalWishes {
  const value = parsed(text)
  return localValidators['wishes']?.(value) ? datable(value as LocalWishes) : noWishes
}

/** Wishes whose times can be told: any PHP of the site may have made them up. */
function datable(wishes: LocalWishes): LocalWishes {
  return { ...wishes, deferred: wishes.deferred.map(one => ({ ...one, until: Math.min(one.until, lastMomentMs) })) }
}

function usageFrom(text: string | undefined): DayUsage | undefined {
  const value = parsed(text) as Partial<DayUsage> | undefined
  const { day, cpuMs, diskBytes } = value ?? {}
  if (typeof day !== 'string' || Number.isNaN(Date.parse(day))) return undefined
  return Number.isFinite(cpuMs) && Number.isFinite(diskBytes) ? { day, cpuMs: cpuMs as number, diskBytes: diskBytes as number } : undefined
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) ?? undefined)
  } catch {
    // Broken, and so as good as nothing.
    return undefined
  }
}
