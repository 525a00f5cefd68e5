import { kinds } from '@platen/protocol'
import type { KeptEntry } from '../../ports/page-cache.ts'
import { ask } from './ask.ts'
import { forgetEntries, forgetPages, keyRule, variantsOf, type Finder } from './entries.ts'
import { paced } from './paced.ts'
import { byWorth } from './plan.ts'
import { isKept, judge, type Seen } from './proof.ts'
import { mostAtOnce, noteFresh, notePurged, type PageWork, type Purge } from './purge.ts'
import { storedEntry } from './settle.ts'

/** Pages that a job makes anew ahead of visitors. */
export const mostWarmed = 500
/** Between two looks whether something has changed meanwhile. */
const someAtOnce = 8
const runMs = kinds.find(kind => kind.name === 'cache.purge')?.deadlines.runMs ?? 0

/** Makes a few of the removed pages anew, those first that visitors want most. False where none is left, or enough is done. */
export async function warmSome(purge: Purge, finder: Finder): Promise<boolean> {
  const { context } = purge
  const { clock, signal } = context
  if (clock.monotonic() - purge.startedAt > runMs / 2 || purge.warmTries >= mostWarmed) purge.warm = []
  if (!purge.warmSorted) await sort(purge)
  const some = purge.warm.splice(0, someAtOnce)
  if (some.length === 0) return false
  purge.warmTries += some.length
  context.progress(purge.warmTries, purge.warmTries + Math.min(purge.warm.length, mostWarmed), 'Making new pages ahead of visitors')
  await paced(some, { pace: purge.pace, clock, signal, most: mostAtOnce }, page => warm(purge, finder, page))
  signal.throwIfAborted()
  return true
}

async function sort(purge: Purge): Promise<void> {
  const counts = (await purge.parts.visits?.counts()) ?? new Map<string, number>()
  const pages = new Map(purge.warm.map(page => [page.url, page]))
  const order = byWorth([...pages.keys()], purge.context.policy.site.url, counts)
  purge.warm = order.flatMap(url => pages.get(url) ?? []).filter(page => page.state === 'removed')
  purge.warmSorted = true
}

async function warm(purge: Purge, finder: Finder, page: PageWork): Promise<void> {
  const asked = await ask(purge, page, 'visitor', purge.context.signal)
  // Nobody waits for it: who asks next has it made.
  if (typeof asked === 'string') return
  const isOld = judge(undefined, asked.seen, page.atUs) === 'stale'
  // Not found among what was remembered: this may be what was there before.
  if (isOld && purge.isCut && page.forgotten === 0) return noteUnfound(page, asked.seen)
  page.served = asked.seen
  if (asked.seen.madeUs !== undefined) page.madeUs = asked.seen.madeUs
  if (isOld && asked.seen.madeUs !== undefined) {
    // Stored after the purge by a render that had begun before the change.
    await forgetPages(purge, finder, [page])
    notePurged(purge, page, 'removed')
    return
  }
  const isStored = await storedNow(purge, finder, page, asked.seen)
  // A page that is gone is no new page: all that can be said of it is that the old one is gone.
  if (asked.seen.status >= 400) return
  if (isStored && !isKept(asked.seen)) page.means = 'warmed'
  noteFresh(purge, page)
}

/** By the plugin's word it is old; without one nobody can say. */
function noteUnfound(page: PageWork, seen: Seen): void {
  if (seen.madeUs === undefined) return
  page.served = seen
  page.madeUs = seen.madeUs
  page.state = 'stale'
}

/** Whether nginx has stored the answer: a 404 or a page with a cookie it hands through. What varied with the page goes. */
async function storedNow(purge: Purge, finder: Finder, page: PageWork, seen: Seen): Promise<boolean> {
  // Found by a listing, variants went with the page, and so did what is known of where it is.
  if (!keyRule(purge.context.policy.nginx)) return seen.status < 300
  const { main } = await finder.places(page.url)
  const kept = main && (await storedEntry(purge, main))
  if (kept?.varies) await forgetVariants(purge, finder, kept)
  if (kept && !isKept(seen)) page.copy = kept.copy
  return kept !== undefined
}

/** What varies by headers has older copies beside the new one, which come to light again with it. */
async function forgetVariants(purge: Purge, finder: Finder, kept: KeptEntry): Promise<void> {
  const variants = await variantsOf(finder, [kept])
  await forgetEntries(
    purge,
    variants.filter(({ file }) => file !== kept.file),
  )
}
