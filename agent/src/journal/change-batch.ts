import { cdnTagsOf } from '../domain/cdn-tags.ts'
import { classTag, isClassTag } from '../domain/page-tags.ts'
import type { ChangeBatch } from '../ports/site-changes.ts'
import type { WaitingChange } from './change-rows.ts'
import type { PageRecords } from './page-records.ts'

/** What is known of pages, to find those that changed. */
export interface BatchGround {
  readonly records: Pick<PageRecords, 'known' | 'collect' | 'url' | 'below'>
  /** Whether rules may hold for pages that are not among the records: then a tree is everything. */
  readonly gaps: boolean
}

/** More pages than this, or so much text of them, are everything. */
const mostPages = 20_000
const mostCharacters = 4_194_304
const mostWords = 50
/** Addresses of one hidden page with a query, of which nothing else is known. */
const mostQueried = 100

/** Makes one piece of work of several changes, in their order. */
export function changeBatch(changes: readonly WaitingChange[], ground: BatchGround): ChangeBatch {
  const hidden = new Set(changes.flatMap(change => change.hidden))
  const told = {
    sinceUs: Math.min(...changes.map(({ at, sinceUs }) => Math.min(at, sinceUs ?? at))),
    atUs: Math.max(...changes.map(({ at }) => at)),
    count: changes.length,
    what: [...new Set(changes.map(({ what }) => what))].slice(-mostWords),
    cdnTags: {
      closed: cdnTagsOf(changes.flatMap(change => change.closed ?? [])),
      changed: cdnTagsOf(changes.flatMap(change => change.tags)),
    },
    ...(changes.some(({ code }) => code) ? { code: true as const } : {}),
  }
  const exposed = exposedBy(changes, hidden, ground)
  const pages = changes.some(change => change.everything) ? undefined : pagesOf(changes, ground)
  const left = pages && [...pages].filter(url => !hidden.has(url) && !exposed.has(url))
  if (left && fits([...hidden, ...exposed, ...left]))
    return { ...told, everything: false, hidden: [...hidden], exposed: [...exposed], ...apart(left, changes, ground) }
  // What is left out here goes with everything.
  const first = (urls: ReadonlySet<string>): string[] => [...urls].slice(0, mostPages / 10)
  return { ...told, everything: true, hidden: first(hidden), exposed: first(exposed), urgent: [], pages: [] }
}

/** Those of the pages that have changed urgently, and the others. */
function apart(urls: readonly string[], changes: readonly WaitingChange[], ground: BatchGround): Pick<ChangeBatch, 'urgent' | 'pages'> {
  const hurried = changes.filter(({ urgent }) => urgent)
  const first = hurried.length > 0 ? pagesOf(hurried, ground) : undefined
  if (!first) return { urgent: [], pages: urls }
  return { urgent: urls.filter(url => first.has(url)), pages: urls.filter(url => !first.has(url)) }
}

/** Pages that hold what nobody may see any more: those that were made of it, and its own under addresses that nobody names. */
function exposedBy(changes: readonly WaitingChange[], hidden: ReadonlySet<string>, { records }: BatchGround): ReadonlySet<string> {
  const closed = new Set(changes.flatMap(change => change.closed ?? []))
  const found = new Set<number>()
  for (const tag of new Set([...closed, ...[...closed].map(classTag)])) if (found.size <= mostPages) records.collect(tag, found)
  const made = [...found].slice(0, mostPages).flatMap(page => records.url(page) ?? [])
  const queried = [...hidden].flatMap(url => records.below(`${url}${url.includes('?') ? '&' : '?'}`, mostQueried))
  return new Set([...made, ...queried].filter(url => !hidden.has(url)))
}

/**
 * The pages that changed, or undefined where they are too many. Also those that were made again since: their copy in nginx's
 * cache need not be what was made last, since visitors with a cookie get a page of their own that is not stored.
 */
function pagesOf(changes: readonly WaitingChange[], { records, gaps }: BatchGround): ReadonlySet<string> | undefined {
  const urls = new Set<string>()
  for (const url of changes.flatMap(change => change.urls)) if (records.known(url) !== 'whole') urls.add(url)
  for (const url of changes.flatMap(change => change.again ?? [])) urls.add(url)
  const trees = new Set(changes.flatMap(change => change.trees))
  if (gaps && trees.size > 0) return undefined
  for (const tree of trees) {
    if (urls.size > mostPages) return undefined
    for (const url of records.below(tree, mostPages + 1)) urls.add(url)
  }
  const tags = new Set(changes.flatMap(change => [...change.tags, ...change.tags.map(classTag)]))
  const found = new Set<number>()
  for (const tag of tags) {
    // A page's class tag stands for all of a class; what stands for a class among changes is any of it.
    if (found.size > mostPages) return undefined
    records.collect(tag, found)
  }
  if (found.size > mostPages || changes.some(change => change.tags.some(isClassTag))) return undefined
  for (const page of found) {
    const url = records.url(page)
    if (url !== undefined) urls.add(url)
  }
  return urls
}

function fits(urls: readonly string[]): boolean {
  return urls.length <= mostPages && urls.reduce((sum, url) => sum + url.length, 0) <= mostCharacters
}
