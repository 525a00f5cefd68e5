import type { ChangeBatch } from '../../ports/site-changes.ts'
import { askCdn, askTags } from './cdn.ts'
import { forgetPages, type Finder } from './entries.ts'
import { paced } from './paced.ts'
import { evenly, frontPage, notedUrls } from './plan.ts'
import { mostAtOnce, notePurged, pageOf, sinceMs, type PageWork, type Purge } from './purge.ts'
import { aliveMs, probeEarly, removePages } from './remove.ts'
import { mostProofs, prove, settle } from './settle.ts'

/** After a change, visitors see the old page for two seconds at most; what is left to be removed takes its time out of them. */
const cutMs = 1_600

/**
 * Brings one batch into effect. What nobody may see any more goes first, or is replaced where nothing can be removed; then prices and
 * stock. Pages are refreshed in place, so that nobody waits, for as long as that makes an end to the old ones in time; the rest is
 * removed, to be made anew afterwards.
 */
export async function purgeBatch(purge: Purge, finder: Finder, batch: ChangeBatch): Promise<void> {
  const { policy } = purge.context
  const hidden = notedUrls(batch.hidden, policy.site.url).map(url => pageOf(purge, url, batch.atUs))
  const own = new Set(hidden.map(({ url }) => url))
  const exposed = notedUrls(batch.exposed, policy.site.url).filter(url => !own.has(url))
  const partly = exposed.map(url => pageOf(purge, url, batch.atUs))
  const early = [...hidden, ...partly]
  if (purge.parts.pageCache) await removeEarly(purge, finder, early)
  else await renew(purge, finder, early, batch.sinceUs)
  await askCdn(purge, true)
  await askTags(purge, batch.cdnTags.closed, true)
  const first = notedUrls(batch.urgent, policy.site.url).filter(url => !own.has(url))
  const others = notedUrls(batch.pages, policy.site.url).filter(url => !own.has(url))
  const urls = [...new Set([...first, ...others, ...(purge.parts.pageCache ? exposed : [])])]
  for (const url of [urls[0], urls.find(url => url === frontPage(policy.site.url))]) if (url) purge.leads.set(url, batch.sinceUs)
  const pages = urls.map(url => pageOf(purge, url, batch.atUs))
  const sample = evenly(pages.length, mostProofs - purge.proofs)
  for (const [index, page] of pages.entries()) page.fileProves = !sample.has(index)
  for (const page of pages) delete page.hides
  for (const page of partly) page.hides = 'parts'
  for (const page of hidden) page.hides = 'itself'
  if (first.length > 0) {
    await renew(purge, finder, pages.slice(0, first.length), batch.sinceUs)
    await askCdn(purge, true)
  }
  await renew(purge, finder, pages.slice(first.length), batch.sinceUs)
  await askCdn(purge)
  if (!batch.everything) await askTags(purge, batch.cdnTags.changed, false)
  if (purge.parts.pageCache) await proveHidden(purge, finder, hidden)
  purge.settledMs = Math.max(purge.settledMs, sinceMs(purge, batch.sinceUs))
}

async function removeEarly(purge: Purge, finder: Finder, pages: readonly PageWork[]): Promise<void> {
  await forgetPages(purge, finder, pages)
  for (const page of pages) notePurged(purge, page, 'removed')
}

/** Refreshes pages in their order until the cut, and removes what is left then, or what would be. */
export async function renew(purge: Purge, finder: Finder, pages: readonly PageWork[], sinceUs: number): Promise<void> {
  const { context } = purge
  const { clock, signal } = context
  const cut = new AbortController()
  const leftMs = (): number => cutMs - sinceMs(purge, sinceUs)
  const canRemove = purge.parts.pageCache !== undefined
  const queue = [...pages]
  const removals: Promise<void>[] = []
  const shed = (): void => {
    const late = canRemove ? tooMany(purge, queue, leftMs()) : []
    if (late.length === 0) return
    const removal = removePages(purge, finder, late)
    // Thrown further down; until then there is no use in going on.
    removal.catch(() => cut.abort())
    removals.push(removal)
  }
  if (canRemove && leftMs() <= 0) cut.abort()
  const timers =
    canRemove && leftMs() > 0 ? [clock.after(leftMs(), () => cut.abort()), clock.after(leftMs() - aliveMs, () => probeEarly(purge))] : []
  try {
    shed()
    const until = AbortSignal.any([signal, cut.signal])
    await paced(queue, { pace: purge.pace, clock, signal: until, most: mostAtOnce }, async page => {
      if ((await settleUntil(purge, finder, page, until)) === 'busy') queue.push(page)
      context.progress(pages.length - queue.length, pages.length, 'Fetching pages anew')
      shed()
    })
  } finally {
    for (const forget of timers) forget()
    await Promise.all(removals)
  }
  signal.throwIfAborted()
  await removePages(
    purge,
    finder,
    pages.filter(({ state }) => state === 'waiting'),
  )
}

/** A page whose turn ended with the cut goes on waiting; nginx stores the answer all the same. */
async function settleUntil(purge: Purge, finder: Finder, page: PageWork, until: AbortSignal): Promise<'done' | 'busy'> {
  try {
    return await settle(purge, finder, page, until)
  } catch (error) {
    if (!until.aborted || error !== until.reason) throw error
    page.state = 'waiting'
    return 'done'
  }
}

/** Takes what won't be reached out of the queue, once that is most of it. */
function tooMany(purge: Purge, queue: PageWork[], leftMs: number): readonly PageWork[] {
  const reached = purge.pace.reach(leftMs)
  return queue.length > 2 * reached ? queue.splice(reached) : []
}

/** Nobody may get what is hidden: each is looked at, and where an old copy is served, purged until none is. */
async function proveHidden(purge: Purge, finder: Finder, hidden: readonly PageWork[]): Promise<void> {
  const { clock, signal } = purge.context
  await paced([...hidden], { pace: purge.pace, clock, signal, most: mostAtOnce }, async page => {
    await prove(purge, page, signal)
    if (page.state === 'stale') await settle(purge, finder, page, signal)
  })
  signal.throwIfAborted()
}
