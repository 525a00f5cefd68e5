import { RestingSites } from './resting-sites.ts'
import type { SitePurges } from './site-purges.ts'

/** How long a site rests after tags of it were purged: after usual ones, of which an account may ask little, for longer. */
const urgentRestMs = 500
const usualRestMs = 5_000

/** Sites of which tags wait, in the order of their turns. */
export class TagRow {
  readonly #sites = new Map<string, SitePurges>()
  readonly #resting = { urgent: new RestingSites(urgentRestMs), usual: new RestingSites(usualRestMs) }

  get size(): number {
    return this.#sites.size
  }

  of(key: string): SitePurges | undefined {
    return this.#sites.get(key)
  }

  /** At the place that it has, or at the end; not at all where it has no tags. */
  keep(site: SitePurges): void {
    if (site.tags.size > 0) this.#sites.set(site.key, site)
    else this.#sites.delete(site.key)
  }

  /** The first that wants any and does not rest. */
  first(urgency: 'urgent' | 'usual', nowMs: number): SitePurges | undefined {
    const resting = this.#resting[urgency]
    for (const site of this.#sites.values()) if (site.tags.has(urgency === 'urgent') && !resting.has(site.key, nowMs)) return site
    return undefined
  }

  /** It has had its turn. */
  turned(site: SitePurges, urgency: 'urgent' | 'usual', nowMs: number): void {
    this.#resting[urgency].add(site.key, nowMs)
    this.#sites.delete(site.key)
    this.keep(site)
  }

  /** In how many milliseconds the first has rested of those that want any; undefined where none rests. */
  waitMs(nowMs: number): number | undefined {
    const keys = (urgent: boolean): string[] => [...this.#sites.values()].filter(site => site.tags.has(urgent)).map(({ key }) => key)
    const urgentMs = this.#resting.urgent.waitMs(keys(true), nowMs)
    const usualMs = this.#resting.usual.waitMs(keys(false), nowMs)
    return urgentMs === undefined || usualMs === undefined ? (urgentMs ?? usualMs) : Math.min(urgentMs, usualMs)
  }
}
