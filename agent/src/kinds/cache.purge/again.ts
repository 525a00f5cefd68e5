import { createFinder, forgetEntries, type Finder } from './entries.ts'
import { sweepOld } from './everything.ts'
import { pause } from './paced.ts'
import { notePurged, type PageWork, type Purge } from './purge.ts'
import { warmLater } from './remove.ts'
import { mostProofs, prove, settle } from './settle.ts'

/** How often a page is purged again; one that is old then still has something behind it that goes on. */
const mostLooks = 3
/** Pages that are looked at before what has changed meanwhile is taken: looking takes a few calls of the system a page. */
const pagesPerTurn = 2_000
/** Between two looks whether something has changed meanwhile. */
const waitMs = 200

/**
 * Looks again at what was purged a while ago. A render that began before a change may have ended after the purge, and nginx
 * has stored it: the plugin's word in the file tells. What is old goes again, and so does once what nobody can tell of. False
 * where nothing is due.
 */
export async function lookAgain(purge: Purge): Promise<boolean> {
  const now = purge.context.clock.monotonic()
  const pending = [...purge.pages.values()].filter(({ lookAt }) => lookAt !== undefined)
  const all = purge.everything?.lookAt === undefined ? undefined : purge.everything
  if (pending.length === 0 && !all) return false
  // All at once: without nginx's key each look reads all entries.
  if ([...pending, ...(all ? [all] : [])].some(({ lookAt }) => (lookAt ?? 0) > now)) return false
  if (all) {
    delete all.lookAt
    if ((await sweepOld(purge, all.atUs)) > 0) purge.cdn.allDue = true
  }
  const finder = createFinder(purge)
  for (const page of pending.slice(0, pagesPerTurn)) {
    delete page.lookAt
    if (await isOld(purge, finder, page)) await purgeAgain(purge, finder, page)
  }
  return true
}

/** Waits a little where something will be due. False where nothing will. */
export async function waitForLook(purge: Purge): Promise<boolean> {
  const { clock, signal } = purge.context
  const times = [...purge.pages.values()].flatMap(page => page.lookAt ?? [])
  const last = [...times, purge.everything?.lookAt ?? -Infinity].reduce((a, b) => Math.max(a, b), -Infinity)
  if (last === -Infinity) return false
  await pause(clock, Math.max(1, Math.min(waitMs, last - clock.monotonic())), signal)
  signal.throwIfAborted()
  return true
}

async function isOld(purge: Purge, finder: Finder, page: PageWork): Promise<boolean> {
  const { parts, context } = purge
  if (!parts.pageCache) {
    if (purge.proofs >= mostProofs || page.state !== 'fresh') return false
    await prove(purge, page, context.signal)
    return (page.state as PageWork['state']) === 'stale'
  }
  const { main, others } = await finder.places(page.url)
  for (const entry of main ? [main, ...others] : others) {
    const kept = await parts.pageCache.look(entry)
    if (kept && (kept.madeUs === undefined ? page.looks === 0 && kept.copy !== page.copy : kept.madeUs < page.atUs)) return true
  }
  return false
}

async function purgeAgain(purge: Purge, finder: Finder, page: PageWork): Promise<void> {
  page.looks += 1
  if (page.looks >= mostLooks) {
    page.state = 'stale'
    return
  }
  if (!purge.parts.pageCache) {
    await settle(purge, finder, page, purge.context.signal)
    return
  }
  const { main, others } = await finder.places(page.url)
  await forgetEntries(purge, main ? [main, ...others] : others)
  page.state = 'removed'
  notePurged(purge, page, 'removed')
  warmLater(purge, [page])
}
