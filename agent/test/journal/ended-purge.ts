import { newId } from '@platen/protocol'
import type { Run } from '../../src/domain/run.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { Receipts } from '../../src/ports/receipts.ts'
import { outcomeFrame } from '../../src/work/frames.ts'
import { sealEnd } from '../../src/work/sealed-end.ts'
import { testKinds } from '../support/test-kinds.ts'

/** A purge that has begun. */
export function purgeRun(): Run & { state: 'running' } {
  const identity = { jobId: newId('job'), kind: 'cache.purge', input: {}, origin: 'owner', attempt: 0, epoch: 0 } as const
  return { ...identity, runMs: 1, createdAt: 1, state: 'running', startedAt: 1, steps: [] }
}

/** Puts a purge on record that has ended while a page of it waits for the CDN. Gives its job. */
export function endPurge(journal: Journal, chain: Receipts, { startedAt: _at, steps: _steps, ...begun } = purgeRun()): string {
  const { jobId } = begun
  journal.cdn.add({ jobId, what: { urls: ['https://shop.example/'] }, urgent: false }, () => false)
  saveEnd(journal, chain, begun)
  return jobId
}

/** Puts its end on record, as the agent does. */
export function saveEnd(journal: Journal, chain: Receipts, begun: Omit<Run & { state: 'running' }, 'startedAt' | 'steps'>): void {
  const kind = testKinds.find(({ name }) => name === begun.kind)
  if (!kind) throw new Error('no such kind')
  const { run, receipts } = sealEnd(
    { ...begun, state: 'ended', finishedAt: 1, end: { outcome: 'succeeded', effect: 'applied' } },
    kind,
    chain,
  )
  journal.save(run, [outcomeFrame(run)], receipts)
}

/** The CDN has purged all that waits. */
export function settleAll(journal: Journal, receipts: Receipts): void {
  for (let next = journal.cdn.next(() => false); next; next = journal.cdn.next(() => false))
    journal.cdn.settle({
      id: next.id,
      verdict: { outcome: 'purged' },
      isLive: () => false,
      isNews: true,
      note: { name: 'cdn.known', value: 'there' },
      receipts,
    })
}
