import type { ChangeBatch } from '../ports/site-changes.ts'
import type { PageRecords } from './page-records.ts'

/**
 * Pages that were purged. Each is made anew and told of; should that be lost, with a full spool or in a crash, what is on record is that
 * of a page which nginx no longer has, and a change of what the new one shows would not find it.
 */
export interface PurgedPages {
  /** A job begins with a batch of changes, and is through with the one before. */
  taken(jobId: string, batch: ChangeBatch): void
  /** It is at its end. */
  settled(jobId: string): void
  /** Goes on with what is too much at once; true where there is more. */
  sweep(): boolean
}

const sweepPages = 256

/** Those of jobs of this process. */
export function purgedPages(records: Pick<PageRecords, 'outdate' | 'outdateBehind'>): PurgedPages {
  const batches = new Map<string, ChangeBatch>()
  let sweeping: { readonly beforeUs: number; readonly after: number } | undefined
  const settled = (jobId: string): void => {
    const batch = batches.get(jobId)
    batches.delete(jobId)
    if (!batch) return
    const { hidden, exposed, urgent, pages, everything, atUs } = batch
    for (const url of [...hidden, ...exposed, ...urgent, ...pages]) records.outdate(url, atUs)
    // One that is under way is begun anew: it has passed by pages that are older than this.
    if (everything) sweeping = { beforeUs: Math.max(atUs, sweeping?.beforeUs ?? 0), after: 0 }
  }
  return {
    taken: (jobId, batch) => {
      settled(jobId)
      batches.set(jobId, batch)
    },
    settled,
    sweep: () => {
      if (!sweeping) return false
      const after = records.outdateBehind(sweeping.after, sweeping.beforeUs, sweepPages)
      sweeping = after === undefined ? undefined : { ...sweeping, after }
      return sweeping !== undefined
    },
  }
}
