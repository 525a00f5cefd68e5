import type { ChangeBatch } from '../../ports/site-changes.ts'
import type { KeptEntry } from '../../ports/page-cache.ts'
import { forgetEntries, type Finder } from './entries.ts'
import { purgeBatch, renew } from './batch.ts'
import { purgeChangedCode } from './layers.ts'
import { frontPage, groupByUrl, isOfSite, mostEntries } from './plan.ts'
import { lookAfterMs, pageOf, sinceMs, type Purge } from './purge.ts'
import { assurePhp, warmLater } from './remove.ts'

/** Listings of a cache that has more entries than one of them shows. */
const mostRounds = 5

/** Removes all that nginx keeps of the site, but refreshes the front page in its place. */
export async function purgeEverything(purge: Purge, finder: Finder, batch: ChangeBatch): Promise<void> {
  const { context } = purge
  await purgeBatch(purge, finder, { ...batch, pages: [] })
  await assurePhp(purge)
  const atUs = batch.code ? await forgetCode(purge, batch.atUs) : batch.atUs
  const front = pageOf(purge, frontPage(context.policy.site.url), atUs)
  purge.leads.set(front.url, batch.sinceUs)
  // Side by side: the front page is in place before the last of many entries is gone.
  await Promise.all([renew(purge, finder, [front], batch.sinceUs), removeAll(purge, front.url, atUs)])
  purge.cdn.allDue = true
  purge.everything = { atUs, lookAt: context.clock.monotonic() + lookAfterMs }
  purge.settledMs = Math.max(purge.settledMs, sinceMs(purge, batch.sinceUs))
}

/** Gives the moment from which on pages are made with the new code: those that were begun before may have the old. */
async function forgetCode(purge: Purge, atUs: number): Promise<number> {
  purge.opcache = await purgeChangedCode(purge.context)
  return Math.max(atUs, purge.context.clock.now() * 1_000)
}

async function removeAll(purge: Purge, except: string, atUs: number): Promise<void> {
  const { parts, context } = purge
  const site = context.policy.site.url
  for (let round = 1; round <= mostRounds; round++) {
    const entries = (await parts.pageCache?.entries(mostEntries, context.signal)) ?? []
    const pages = groupByUrl(entries, site)
    const spared = new Set(pages.get(except))
    const gone = await forgetEntries(
      purge,
      entries.filter(entry => isOfSite(entry.key, site) && !spared.has(entry) && !isNew(entry, atUs)),
    )
    const urls = groupByUrl(gone, site)
    for (const [url, its] of urls) noteRemoved(purge, url, its.length, atUs)
    if (entries.length < mostEntries || gone.length === 0) return
  }
}

function noteRemoved(purge: Purge, url: string, entries: number, atUs: number): void {
  const page = pageOf(purge, url, atUs)
  page.state = 'removed'
  page.means = 'removed'
  page.forgotten += entries
  warmLater(purge, [page])
}

function isNew({ madeUs }: KeptEntry, atUs: number): boolean {
  return madeUs !== undefined && madeUs >= atUs
}

/** Removes what nginx has stored since of renders that had begun before. */
export async function sweepOld(purge: Purge, atUs: number): Promise<number> {
  const { parts, context } = purge
  const entries = (await parts.pageCache?.entries(mostEntries, context.signal)) ?? []
  const old = entries.filter(({ key, madeUs }) => madeUs !== undefined && madeUs < atUs && isOfSite(key, context.policy.site.url))
  return (await forgetEntries(purge, old)).length
}
