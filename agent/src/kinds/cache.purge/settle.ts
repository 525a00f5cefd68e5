import { PlatenError } from '@platen/protocol'
import type { CacheEntry, KeptEntry } from '../../ports/page-cache.ts'
import { ask } from './ask.ts'
import { forgetEntries, forgetPages, variantsOf, type Finder } from './entries.ts'
import { pause } from './paced.ts'
import { isKept, isMadeNow, judge, judgeTwice, type Seen } from './proof.ts'
import { noteFresh, notePurged, type PageWork, type Purge } from './purge.ts'

/** Fetches of a job that prove pages as a visitor would see them; of others nginx's own file has to tell. */
export const mostProofs = 200
/** nginx puts a copy in place just after it has sent the last of it. */
const storeLooks = 4
const storeLookMs = 25

/** What came of it: `busy` means that PHP had no time, and the old copy is still there. */
export type Settled = 'done' | 'busy'

/**
 * Has nginx fetch a page anew and put it in the old one's place, so that no visitor waits; looks whether it did, since what
 * it does not store (a 404, a redirect, a page with a cookie) would leave the old copy there; then looks at what a visitor gets.
 */
export async function settle(purge: Purge, finder: Finder, page: PageWork, signal: AbortSignal): Promise<Settled> {
  const { main } = await finder.places(page.url)
  const before = main && (await purge.parts.pageCache?.look(main))
  const asked = await ask(purge, page, 'refresh', signal)
  if (asked === 'busy') return 'busy'
  if (asked === 'unreachable') {
    // PHP's errors are nothing to put in the place of a good copy.
    page.state = 'unreachable'
    return 'done'
  }
  if (heeded(purge, asked.seen)) page.refreshed = asked.seen
  else if (!purge.parts.pageCache) throw new PlatenError('nginx.no_refresh', undefined, { field: page.url })
  const kept = await clearOld(purge, finder, page, before)
  if (kept) page.copy = kept.copy
  notePurged(purge, page, 'refreshed')
  if (page.fileProves && kept?.madeUs !== undefined && kept.madeUs >= page.atUs) return provenByFile(purge, page, kept)
  await prove(purge, page, signal)
  if (page.state === 'stale') await insist(purge, finder, page, signal)
  return 'done'
}

/** Whether nginx asked PHP. */
function heeded({ context }: Purge, seen: Seen): boolean {
  const { nginx } = context.policy
  return nginx === undefined || (nginx.refreshSecret !== undefined && !isKept(seen)) || isMadeNow(seen)
}

/** Forgets what the refresh has not replaced; gives what is kept now. */
async function clearOld(purge: Purge, finder: Finder, page: PageWork, before: KeptEntry | undefined): Promise<KeptEntry | undefined> {
  if (!purge.parts.pageCache) return undefined
  const { main, others } = await finder.places(page.url)
  const now = page.refreshed && before ? await replacement(purge, page, before) : main && (await firstCopy(purge, page, main))
  if (!page.refreshed || (before && now === before)) {
    await forgetPages(purge, finder, [page])
    return undefined
  }
  const gone = await forgetEntries(purge, others)
  const variants = await variantsOf(
    finder,
    [before, now, ...gone].filter(entry => entry !== undefined),
  )
  const beside = await forgetEntries(
    purge,
    variants.filter(({ file }) => file !== main?.file),
  )
  page.forgotten += gone.length + beside.length
  purge.entries += before ? 1 : 0
  return now
}

/** What nginx has put in an entry's place; the entry itself where it left it, or put another old one there. */
async function replacement({ parts, context }: Purge, page: PageWork, before: KeptEntry): Promise<KeptEntry | undefined> {
  for (let looks = 1; ; looks++) {
    const now = await parts.pageCache?.look(before)
    if (!now || (now.madeUs === undefined ? now.copy !== before.copy : now.madeUs >= page.atUs)) return now
    if (looks >= storeLooks) return before
    await pause(context.clock, storeLookMs, context.signal)
  }
}

/** What nginx keeps of a page of which it kept nothing: without the plugin's word it has to be known by sight later. */
async function firstCopy(purge: Purge, { refreshed }: PageWork, entry: CacheEntry): Promise<KeptEntry | undefined> {
  const isKnownBySight = refreshed !== undefined && refreshed.madeUs === undefined
  return isKnownBySight ? storedEntry(purge, entry) : purge.parts.pageCache?.look(entry)
}

/** What nginx keeps under this name; where it keeps nothing, once it has had the time to put an answer there. */
export async function storedEntry({ parts, context }: Purge, entry: CacheEntry): Promise<KeptEntry | undefined> {
  for (let looks = 1; ; looks++) {
    const kept = await parts.pageCache?.look(entry)
    if (kept || looks >= storeLooks) return kept
    await pause(context.clock, storeLookMs, context.signal)
  }
}

function provenByFile(purge: Purge, page: PageWork, { madeUs }: KeptEntry): Settled {
  if (madeUs !== undefined) page.madeUs = madeUs
  noteFresh(purge, page)
  return 'done'
}

/** Looks at what a visitor gets. */
export async function prove(purge: Purge, page: PageWork, signal: AbortSignal): Promise<void> {
  const first = await see(purge, page, signal)
  if (!first) return
  let verdict = judge(page.refreshed, first, page.atUs)
  if (verdict === 'unclear') {
    const second = await see(purge, page, signal)
    if (!second) return
    verdict = judgeTwice(first, second)
  }
  // Without a word from the plugin: what is kept now was made after everything older had been forgotten, by a visitor who was faster.
  if (verdict === 'stale' && first.madeUs === undefined && page.forgotten > 0) verdict = 'fresh'
  page.state = verdict === 'fresh' ? 'fresh' : 'stale'
  if (verdict === 'fresh') noteFresh(purge, page)
}

async function see(purge: Purge, page: PageWork, signal: AbortSignal): Promise<Seen | undefined> {
  purge.proofs += 1
  const asked = await ask(purge, page, 'visitor', signal)
  if (typeof asked === 'string') {
    page.state = 'unreachable'
    return undefined
  }
  page.served = asked.seen
  if (asked.seen.madeUs !== undefined) page.madeUs = asked.seen.madeUs
  return asked.seen
}

/** An old copy that is still served: every entry goes, and where that does not help, it is refreshed once more. */
export async function insist(purge: Purge, finder: Finder, page: PageWork, signal: AbortSignal): Promise<void> {
  await forgetPages(purge, finder, [page])
  await prove(purge, page, signal)
  if (page.state !== 'stale') return
  const asked = await ask(purge, page, 'refresh', signal)
  if (typeof asked === 'string') return
  page.refreshed = asked.seen
  await prove(purge, page, signal)
}
