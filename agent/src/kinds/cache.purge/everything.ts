import type { ChangeBatch } from '../../ports/site-changes.ts'
import type { KeptEntry } from '../../ports/page-cache.ts'
import { forgetEntries, keyRule, siteEntries, type Finder } from './entries.ts'
import { purgeBatch, renew } from './batch.ts'
import { purgeChangedCode } from './layers.ts'
import { groupByUrl } from './plan.ts'
import { lookAfterMs, pageOf, sinceMs, type Purge } from './purge.ts'
import { assurePhp, warmLater } from './remove.ts'

/** Removes all that nginx keeps of the site, or of the blog that is meant, but refreshes the front page in its place. */
export async function purgeEverything(purge: Purge, finder: Finder, batch: ChangeBatch): Promise<void> {
  const { context, scope } = purge
  await purgeBatch(purge, finder, { ...batch, pages: [] })
  await assurePhp(purge)
  const atUs = batch.code ? await forgetCode(purge, batch.atUs) : batch.atUs
  const front = pageOf(purge, scope.front, atUs)
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
  const { format } = purge
  const isSpared = (key: string): boolean => !format.isOpen && format.urlOf(key) === except
  for await (const entries of everyEntry(purge)) {
    const gone = await forgetEntries(
      purge,
      entries.filter(entry => !isSpared(entry.key) && !isNew(entry, atUs)),
    )
    for (const [url, its] of groupByUrl(gone, format)) if (url !== except) noteRemoved(purge, url, its.length, atUs)
  }
}

/** All that nginx keeps of what everything is, a portion at a time. */
async function* everyEntry(purge: Purge): AsyncGenerator<readonly KeptEntry[]> {
  const { format, scope } = purge
  for await (const entries of siteEntries(purge)) yield entries.filter(({ key }) => scope.has(format.addressOf(key) ?? '/'))
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

/** Removes what nginx has stored since of renders that had begun before, or of which nobody can tell when they were begun. */
export async function sweepOld(purge: Purge, atUs: number): Promise<number> {
  let count = 0
  for await (const entries of everyEntry(purge)) {
    const old = entries.filter(entry => (entry.madeUs === undefined ? !isOwn(purge, entry) : entry.madeUs < atUs))
    count += (await forgetEntries(purge, old)).length
  }
  return count
}

/** Whether the job itself had this copy made, as far as it can tell its own: where it finds them by their keys. */
function isOwn({ context, format, pages }: Purge, { key, copy }: KeptEntry): boolean {
  if (!keyRule(context.policy.nginx)) return true
  const url = format.urlOf(key)
  return url !== undefined && pages.get(url)?.copy === copy
}
