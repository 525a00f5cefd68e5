import { PlatenError, type ErrorCode } from '@platen/protocol'
import { eachAtOnce } from '../../domain/each-at-once.ts'
import { bounds } from './bounds.ts'
import { leftAs, type Built } from './build.ts'
import { bareUrl, isBuilt, versionOf, type Places } from './locate.ts'
import type { Manifest } from './manifest.ts'
import { pageAssets, type PageAssets, type PageReading } from './pages.ts'

/** Why a page of the manifest can't be looked at: it is gone or broken, or PHP has written an address that is none of the site's. */
const passedOver: ReadonlySet<ErrorCode> = new Set(['page.unreachable', 'page.unusable', 'file.too_large', 'url.invalid', 'url.foreign'])

/**
 * Looks at pages after publishing: each of its files has to be there, in the same order, as the built one or as the original;
 * and where files were built, at least one page has to load one of them.
 * @throws PlatenError page.unusable, page.unreachable
 */
export async function provePages(
  reading: PageReading,
  before: readonly PageAssets[],
  manifest: Manifest,
  signal: AbortSignal,
): Promise<readonly PageAssets[]> {
  const after = new Map<string, PageAssets>()
  await eachAtOnce(before, bounds.atOnce, async page => {
    const now = await pageAssets(reading, page.url, manifest, signal)
    proveOrder(reading.places, page, now, manifest)
    after.set(page.url, now)
  })
  const pages = before.map(({ url }) => after.get(url)).filter(page => page !== undefined)
  const mayBeServed = before.some(page => page.tags.some(({ url }) => manifest.files.has(bareUrl(url))))
  if (mayBeServed && servedOf(pages).size === 0)
    throw new PlatenError('page.unusable', `${before[0]?.url.slice(0, 200)} loads none of the built files.`)
  return pages
}

function proveOrder({ uploadsUrl }: Places, before: PageAssets, { named }: PageAssets, { files }: Manifest): void {
  const wanted = before.tags.map(({ url }) => {
    const entry = files.get(bareUrl(url))
    return entry?.version === versionOf(url) ? [`${uploadsUrl}/${entry.file}`, bareUrl(url)] : [bareUrl(url)]
  })
  let at = 0
  for (const url of named) if (wanted[at]?.includes(url)) at += 1
  if (at === wanted.length) return
  const { url } = before
  throw new PlatenError('page.unusable', `${url.slice(0, 200)} does not load its files in their order any more.`, { field: url })
}

/** What was built, but is on no page in the place of its original, as left: nobody gains from it. */
export function asServed(built: readonly Built[], pages: readonly PageAssets[]): readonly Built[] {
  const served = servedOf(pages)
  return built.map(one => ('left' in one || served.has(one.url) ? one : leftAs(one.url, 'not served')))
}

/** Originals, without query, in whose place a page loads a built file. */
function servedOf(pages: readonly PageAssets[]): ReadonlySet<string> {
  const all = pages.flatMap(({ tags, named }) => tags.map(({ url }, at) => ({ url: bareUrl(url), named: named[at] })))
  return new Set(all.filter(({ url, named }) => url !== named).map(({ url }) => url))
}

/**
 * Looks at pages after what was served before is served again; those of them that nginx still hands out as they were. A page
 * that can't be had is passed over: it is nothing that was done here, and the files that a copy of it names stay.
 * @throws PlatenError page.stale where a page is still made with a built file that is none of the manifest's
 */
export async function proveOriginals(
  reading: PageReading,
  urls: readonly string[],
  manifest: Manifest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const hidden: string[] = []
  await eachAtOnce(urls, bounds.atOnce, async url => {
    const page = await pageAssets(reading, url, manifest, signal).catch((error: unknown) => {
      if (error instanceof PlatenError && passedOver.has(error.code)) return undefined
      throw error
    })
    // What the manifest knows has its original in `tags`.
    if (page?.tags.some(tag => isBuilt(tag.url, reading.places))) throw new PlatenError('page.stale', url.slice(0, 200), { field: url })
    if (page?.isHidden) hidden.push(url)
  })
  return hidden
}
