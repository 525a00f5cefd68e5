import { toPlatenError, type DocumentPolicy } from '@platen/protocol'
import { refusal, type Refusal } from '../domain/policy.ts'
import { purgeWaitMs, spentPurge, usualPurgeRate, type PurgeRate } from '../domain/purge-rate.ts'
import type { RunIdentity } from '../domain/run.ts'
import type { Clock } from '../ports/clock.ts'
import type { RunNews } from '../ports/jobs.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'

/** What purges of everything are counted with. */
export interface PurgeLimitOptions {
  readonly policy: Pick<DocumentPolicy, 'limits'>
  readonly journal: Pick<Journal, 'get' | 'set'>
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

const wholeAtName = 'purges.wholeAt'

/**
 * How often everything may be purged, by the policy file. It binds whoever asks but root, whose word the policy file is; what changed on
 * the site is never held back, however much of it that makes old.
 */
export class PurgeLimit {
  readonly #options: PurgeLimitOptions
  readonly #rate: PurgeRate
  /** When the whole burst will be there again, by the clock of the day: it has to outlive the agent. */
  #wholeAt: number

  constructor(options: PurgeLimitOptions) {
    this.#options = options
    this.#rate = options.policy.limits.purgeEverything ?? usualPurgeRate
    // Read with care: a journal may have been put together from what was left of a broken one.
    this.#wholeAt = Number(options.journal.get(wholeAtName) ?? 0) || 0
  }

  /** Why a job may not be now, or undefined. */
  refusal(asked: Pick<RunIdentity, 'kind' | 'input' | 'origin'>): Refusal | undefined {
    if (asked.origin === 'root' || !isOfEverything(asked)) return undefined
    const retryAfterMs = this.waitMs()
    if (retryAfterMs === 0) return undefined
    const again = new Date(this.#options.clock.now() + retryAfterMs).toISOString()
    return { ...refusal('purge.too_often', `It may be again at ${again}.`), retryAfterMs }
  }

  /** In how many milliseconds one more may be. */
  waitMs(): number {
    return purgeWaitMs(this.#rate, this.#wholeAt, this.#options.clock.now())
  }

  /** Counts what is taken. */
  hear(news: RunNews): void {
    if (news.type !== 'state' || news.run.state !== 'accepted' || !isOfEverything(news.run)) return
    this.#wholeAt = spentPurge(this.#rate, this.#wholeAt, this.#options.clock.now())
    try {
      this.#options.journal.set(wholeAtName, String(this.#wholeAt))
    } catch (error) {
      // It counts all the same: only a restart before the next one forgets it.
      this.#options.log.error('purges:unsaved', { code: toPlatenError(error).code })
    }
  }
}

function isOfEverything({ kind, input }: Pick<RunIdentity, 'kind' | 'input'>): boolean {
  return kind === 'cache.purge' && typeof input === 'object' && input !== null && 'everything' in input
}
