import { PlatenError, type SiteDescribeValue } from '@platen/protocol'
import { forgetPages, type Finder } from './entries.ts'
import { notePurged, type Context, type PageWork, type Purge } from './purge.ts'

/** Answers in a row that said that PHP had no time, after which it may be gone. */
const refusedEnough = 3
/** How long PHP may take to say that it is there. One that is gone says so at once: nobody listens. */
export const aliveMs = 400

/** Removes pages' old copies; they are made anew when visitors ask, or ahead of them. */
export async function removePages(purge: Purge, finder: Finder, pages: readonly PageWork[]): Promise<void> {
  if (pages.length === 0) return
  await assurePhp(purge)
  await forgetPages(purge, finder, pages)
  for (const page of pages) {
    page.state = 'removed'
    notePurged(purge, page, 'removed')
  }
  warmLater(purge, pages)
}

/** Puts pages among those that are made anew ahead of visitors. */
export function warmLater(purge: Purge, pages: readonly PageWork[]): void {
  purge.warm.push(...pages)
  purge.warmSorted = false
}

/**
 * Makes sure that PHP can make new pages before old ones are removed: without it an old page is better than none. One that
 * only has no time counts as there.
 * @throws PlatenError wordpress.maintenance; php.* where it is gone
 */
export async function assurePhp(purge: Purge): Promise<void> {
  if (purge.phpSeen && purge.pace.refusedInARow < refusedEnough) return
  purge.probe ??= probePhp(purge).finally(() => delete purge.probe)
  await purge.probe
}

/** Begins to look whether PHP is there, where nothing has been heard of it: what is to be removed soon won't have to wait for it. */
export function probeEarly(purge: Purge): void {
  // Who needs to know asks again.
  if (!purge.phpSeen) assurePhp(purge).catch(() => undefined)
}

async function probePhp(purge: Purge): Promise<void> {
  try {
    await describeSite(purge.context, aliveMs)
  } catch (error) {
    if (!(error instanceof PlatenError) || error.code !== 'php.timeout') throw error
  }
  purge.phpSeen = true
}

/**
 * What WordPress says of itself; undefined where the plugin is missing, for pages can be refreshed without it.
 * @throws PlatenError wordpress.maintenance; php.* where PHP can't make new pages anyway
 */
export async function describeSite({ php, signal }: Context, deadlineMs?: number): Promise<SiteDescribeValue | undefined> {
  const options = { signal, ...(deadlineMs === undefined ? {} : { deadlineMs }) }
  const site = await php.call('site.describe', {}, options).catch((error: unknown) => {
    if (error instanceof PlatenError && error.code === 'plugin.missing') return undefined
    throw error
  })
  if (site?.maintenance) throw new PlatenError('wordpress.maintenance')
  return site
}
