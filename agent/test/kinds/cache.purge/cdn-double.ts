import { PlatenError, type ErrorCode } from '@platen/protocol'
import type { CdnWhat } from '../../../src/domain/cdn-queue.ts'
import type { CdnState } from '../../../src/domain/cdn-verdict.ts'
import type { SiteCdn } from '../../../src/ports/site-cdn.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The CDN in front of a site, which says what a test wants. */
export class CdnDouble implements SiteCdn {
  /** What was asked for and when, such as `50 https://shop.example/`, with `!` where it is urgent. */
  readonly asked: string[] = []
  /** What it says; and only so long after it was asked. */
  says: CdnState = { outcome: 'absent' }
  takesMs = 0
  /** Why it can't be asked, and how often that is so. */
  refuses: ErrorCode | undefined
  refusals = Infinity
  /** Whether only tags are refused. */
  refusesTags = false
  /** How often it was so. */
  refused = 0
  readonly #clock: VirtualClock
  #doneAt = 0

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  async want(what: CdnWhat, urgent: boolean): Promise<void> {
    if (this.refuses !== undefined && (!this.refusesTags || 'tags' in what) && this.refused < this.refusals) {
      this.refused += 1
      throw new PlatenError(this.refuses)
    }
    this.#doneAt = this.#clock.monotonic() + this.takesMs
    const names = 'urls' in what ? what.urls : 'tags' in what ? [`#${what.tags.join(' #')}`] : ['everything']
    this.asked.push(...names.map(name => `${Math.round(this.#clock.monotonic())}${urgent ? '!' : ''} ${name}`))
  }

  async outcome(withinMs: number): Promise<CdnState> {
    const leftMs = this.#doneAt - this.#clock.monotonic()
    const waitMs = this.says.outcome === 'pending' && this.says.code !== 'gateway.unreachable' ? withinMs : Math.min(leftMs, withinMs)
    if (waitMs > 0) await new Promise<void>(resolve => this.#clock.after(waitMs, resolve))
    return this.#doneAt > this.#clock.monotonic() ? { outcome: 'pending', code: 'cdn.unavailable' } : this.says
  }
}
