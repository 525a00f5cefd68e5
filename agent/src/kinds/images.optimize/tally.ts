import type { KindImagesOptimizeInput, KindImagesOptimizeResult } from '@platen/protocol'
import type { Item } from './plan.ts'
import { summaryOf, type ImageCounts } from './summary.ts'

type Outcome = Item['outcome']

/** Files that a result names; all of them are counted. */
const mostItems = 500
/** Bytes of those items as JSON, well below the bound of a result. */
const mostItemBytes = 196_608
/** An image counts as what is worst, or most, among its files. */
const byWeight: readonly Outcome[] = ['failed', 'made', 'restored', 'kept', 'unchanged']

/** Adds up what became of the files of a job. */
export interface Tally {
  /** The files of one image. */
  add(items: readonly Item[]): void
  result(mode: KindImagesOptimizeInput['mode']): KindImagesOptimizeResult
  /** What visitors are spared by the files that were made now, each fetched once. */
  savedBytes(): number
}

/** An empty tally. */
export function createTally(): Tally {
  const files = { made: 0, kept: 0, unchanged: 0, restored: 0, failed: 0 }
  const images: ImageCounts = { made: 0, kept: 0, unchanged: 0, restored: 0, failed: 0 }
  const bytes = { before: 0, after: 0, madeBefore: 0, madeAfter: 0 }
  const named: Item[] = []
  let namedBytes = 0

  const addBytes = ({ outcome, before = 0, after = 0 }: Item): void => {
    bytes.before += before
    bytes.after += after
    if (outcome !== 'made') return
    bytes.madeBefore += before
    bytes.madeAfter += after
  }
  const name = (item: Item): void => {
    namedBytes += Buffer.byteLength(JSON.stringify(item)) + 1
    if (named.length < mostItems && namedBytes <= mostItemBytes) named.push(item)
  }
  return {
    add: items => {
      for (const item of items) {
        files[item.outcome] += 1
        addBytes(item)
        name(item)
      }
      const weightiest = byWeight.find(outcome => items.some(item => item.outcome === outcome))
      if (weightiest) images[weightiest] += 1
    },
    result: mode => ({
      summary: summaryOf(mode, images, files, bytes.madeBefore, bytes.madeAfter),
      attachments: Object.values(images).reduce((sum, count) => sum + count, 0),
      files,
      bytesBefore: bytes.before,
      bytesAfter: bytes.after,
      items: named,
    }),
    savedBytes: () => Math.max(0, bytes.madeBefore - bytes.madeAfter),
  }
}
