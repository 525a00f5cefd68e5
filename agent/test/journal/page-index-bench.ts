import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { SpoolChange, SpoolPage } from '@platen/protocol'
import { openPageIndex, type PageIndex, type PageIndexOptions } from '../../src/journal/page-index.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** In microseconds. */
export const second = 1_000_000
/** When it is opened, by its clock. */
export const startMs = 1_795_000_000_000

/** An index and the hand of its clock. */
export interface Bench {
  readonly file: string
  readonly index: PageIndex
  nowMs: number
  readonly page: (path: string, tags: readonly string[], rest?: Partial<SpoolPage>) => void
  readonly change: (tags: readonly string[], rest?: Partial<SpoolChange>) => void
  /** The paths of the next batch's pages. */
  readonly pages: (jobId?: string) => readonly string[]
  /** The same index after its process was killed. */
  readonly reopened: () => Bench
}

/** Where its pages are. */
export const site = 'http://site.test'
/** A change of nothing. */
export const plain: SpoolChange = { at: startMs * 1_000, what: 'x', tags: [], hidden: [], urls: [], trees: [] }
/** URLs of the site as paths. */
export const paths = (urls: readonly string[] = []): readonly string[] => urls.map(url => url.slice(site.length))

/** Opens one in a file of its own. */
export function bench(
  test: TestContext,
  options: Partial<PageIndexOptions> = {},
  file = join(tempFolder(test), 'pages.db'),
  nowMs = startMs,
): Bench {
  const hand = { nowMs }
  const index = openPageIndex(file, { caches: true, now: () => hand.nowMs, ...options })
  let open = true
  const close = (): void => {
    if (open) index.close()
    open = false
  }
  test.after(close)
  const one: Bench = {
    file,
    index,
    get nowMs() {
      return hand.nowMs
    },
    set nowMs(value) {
      hand.nowMs = value
    },
    page: (path, tags, rest = {}) =>
      index.put({ pages: [{ at: one.nowMs * 1_000, url: site + path, status: 200, tags: [...tags], ...rest }], places: {} }),
    change: (tags, rest = {}) =>
      index.put({
        changes: [{ at: one.nowMs * 1_000, what: 'Something', tags: [...tags], hidden: [], urls: [], trees: [], ...rest }],
        places: {},
      }),
    pages: (jobId = 'job') => paths(index.take(jobId)?.pages),
    reopened: () => {
      close()
      return bench(test, options, file, one.nowMs)
    },
  }
  return one
}

/** Lets it tidy up until nothing is left. */
export function tidyAll({ index }: Bench): void {
  while (index.tidy());
}
