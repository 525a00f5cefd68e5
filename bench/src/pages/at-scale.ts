import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cachePurge, nginxPageCache, openPageIndex, systemClock, type JobContext, type PageIndex } from '@platen/agent'
import { removeFolder, temporaryFolder } from '@platen/lab'
import type { KindCachePurgeResult, SpoolChange } from '@platen/protocol'
import type { Figures } from '../bench.ts'
import { percentile } from '../percentile.ts'
import { cacheFolder, type CacheFolder } from './cache-folder.ts'
import { groupsOf, groupTag, ownTag, shapeOf, someOwn } from './shape.ts'
import { jobContext, keyOf, siteInMemory, siteUrl, type JobOptions, type SiteInMemory } from './site-in-memory.ts'

/** How much is measured. */
export interface Scale {
  readonly pages: number
  /** Looks at a tag, and purges of a page. */
  readonly times: number
  /** Purges of a page where entries have to be found by reading them all. */
  readonly listings: number
}

/** Lines that the agent's reader takes in one go. */
const portion = 64
/** All that is kept at the beginning is a day old. */
const ageMs = 86_400_000
/** The machine's, but nothing else keeps this process going while a job waits. */
const clock: JobContext<unknown>['clock'] = {
  ...systemClock,
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

interface Ground {
  readonly index: PageIndex
  readonly cache: CacheFolder
  readonly site: SiteInMemory
}

/**
 * What changes cost the agent of a site of many cached pages: its own index in a database file, its own handler, and a cache folder on
 * disk, but neither HTTP nor another process.
 *
 * - `tagResolveMs` (median): from a change's being on record to the names of the pages that have its tag, 1,000 of them.
 * - `purgeOneMs` (median): for a change of one page, from the line of the spool to the end of the job that has the page refreshed, proven,
 *   looked at again and settled, both commits included. What counts is the time in which the process works or waits for the disk, by Node's
 *   account of its event loop, less what stands for requests. Not in it is what has nothing to do with the number of pages: the start of a
 *   worker, its talk with the agent, and the journal.
 * - `purgeOneByListingMs` (median): the same, where the policy file does not tell nginx's key.
 * - `everythingMs`: from a change of everything, as the agent reads it, until the last old entry is gone but the front page's, which is
 *   refreshed. A visitor waits for the reading and for the start of a worker besides: see `eventToJobP50Ms` and `eventToRenderP50Ms`.
 *
 * `…CpuMs` is what remains to compare where others use the machine as well; that of a purge has what stands for requests in it.
 */
export async function agentAtScale(scale: Scale, say: (text: string) => void): Promise<Figures> {
  const folder = await temporaryFolder()
  const cachePath = join(folder, 'cache')
  await mkdir(cachePath)
  const index = openPageIndex(join(folder, 'pages.db'), { caches: true })
  const cache = cacheFolder(cachePath)
  try {
    say(`${scale.pages} pages`)
    fill({ index, cache }, scale.pages)
    const ground = { index, cache, site: siteInMemory(cache) }
    // The first job after a start is told all that nginx keeps; that is not what a page costs.
    await purgeOne(ground, 'first', 1, true)
    const resolved = resolveTags(ground, scale)
    const ones = await purgeSome(ground, someOwn(scale.times, scale.pages), true)
    say('and without nginx’s key')
    const listed = await purgeSome(ground, someOwn(scale.listings, scale.pages), false)
    say('everything')
    return {
      cachedPages: scale.pages,
      ...timesOf('tagResolve', resolved),
      ...timesOf('purgeOne', ones),
      ...timesOf('purgeOneByListing', listed),
      ...(await purgeEverything(ground)),
    }
  } finally {
    index.close()
    await removeFolder(folder)
  }
}

/** What something took, by the wall and of CPU. */
interface Took {
  readonly ms: number
  readonly cpuMs: number
}

/** CPU time of this process since another look at it, in milliseconds. */
function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

function timesOf(name: string, took: readonly Took[]): Figures {
  const wall = took.map(({ ms }) => ms)
  const cpu = took.map(({ cpuMs }) => cpuMs)
  return { [`${name}Ms`]: percentile(wall, 50), [`${name}P95Ms`]: percentile(wall, 95), [`${name}CpuMs`]: percentile(cpu, 50) }
}

function fill({ index, cache }: Pick<Ground, 'index' | 'cache'>, pages: number): void {
  const oldUs = (clock.now() - ageMs) * 1_000
  for (let from = 0; from < pages; from += portion) {
    const some = Array.from({ length: Math.min(portion, pages - from) }, (_, place) => shapeOf(from + place, pages))
    index.put({ pages: some.map(({ path, tags }) => ({ at: oldUs, url: siteUrl + path, status: 200, tags: [...tags] })), places: {} })
    for (const { path } of some) cache.put(keyOf(siteUrl + path), oldUs)
    while (index.tidy());
  }
  cache.put(keyOf(`${siteUrl}/`), oldUs)
}

/** Pages of a tag's change, each time of another one. */
function resolveTags({ index }: Ground, { pages, times }: Scale): readonly Took[] {
  const groups = groupsOf(pages)
  return Array.from({ length: times }, (_, turn) => {
    const jobId = `resolve ${turn}`
    index.put({ changes: [change({ tags: [groupTag((turn * 7) % groups)] })], places: {} })
    const [from, cpuBefore] = [performance.now(), process.cpuUsage()]
    const found = index.take(jobId)?.pages.length
    const took = { ms: performance.now() - from, cpuMs: cpuMsSince(cpuBefore) }
    if (found !== pages / groups) throw new Error(`${found} pages were found, not ${pages / groups}`)
    index.settle(jobId, true)
    return took
  })
}

async function purgeSome(ground: Ground, numbers: readonly number[], knowsKey: boolean): Promise<readonly Took[]> {
  const took: Took[] = []
  for (const [turn, number] of numbers.entries()) took.push(await purgeOne(ground, `${knowsKey} ${turn}`, number, knowsKey))
  return took
}

/** What the change of one page costs beside its requests. @throws where it was not purged, or not it alone */
async function purgeOne({ index, cache, site }: Ground, jobId: string, number: number, knowsKey: boolean): Promise<Took> {
  const [before, cpuBefore, fetchedBefore] = [performance.eventLoopUtilization(), process.cpuUsage(), site.fetchMs]
  index.put({ changes: [change({ tags: [ownTag(number)] })], places: {} })
  const { result } = await run({ index, cache, site }, { jobId, knowsKey })
  index.settle(jobId, true)
  const ms = performance.eventLoopUtilization(before).active - (site.fetchMs - fetchedBefore)
  const cpuMs = cpuMsSince(cpuBefore)
  // Reading all entries may take longer than old pages may be served: then the page is removed, and made anew afterwards.
  const purged = (result.refreshed ?? 0) + (result.removed ?? 0)
  if (purged !== 1 || result.proof.length !== 1 || result.proof[0]?.state !== 'fresh')
    throw new Error(`One page was to be purged: ${result.summary}`)
  return { ms, cpuMs }
}

/** In the time of the wall, as visitors have it. */
async function purgeEverything({ index, cache, site }: Ground): Promise<Figures> {
  const jobId = 'everything'
  const noted = change({ everything: true })
  const cpuBefore = process.cpuUsage()
  let removed: Took | undefined
  index.put({ changes: [noted], places: {} })
  // The CDN is asked as soon as nginx has nothing old.
  const nginxIsClear = (): void => void (removed ??= { ms: clock.now() - noted.at / 1_000, cpuMs: cpuMsSince(cpuBefore) })
  const { result } = await run({ index, cache, site }, { jobId, knowsKey: true, nginxIsClear })
  index.settle(jobId, true)
  return {
    everythingMs: removed?.ms ?? Number.NaN,
    everythingCpuMs: Math.round(removed?.cpuMs ?? Number.NaN),
    everythingRemoved: result.removed ?? Number.NaN,
    everythingLeft: cache.olderThan(noted.at),
  }
}

async function run({ index, cache, site }: Ground, job: JobOptions): Promise<{ readonly result: KindCachePurgeResult }> {
  const handler = cachePurge({ fetcher: site.fetcher, pageCache: nginxPageCache(cache.path) })
  const outcome = await handler(jobContext(index, clock, cache.path, job))
  if (!('result' in outcome)) throw new Error('A purge waits for no other job')
  return outcome
}

function change(what: Partial<SpoolChange>): SpoolChange {
  return { at: clock.now() * 1_000, what: 'Something', tags: [], hidden: [], urls: [], trees: [], ...what }
}
