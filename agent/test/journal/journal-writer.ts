/** Saves ended runs into the journal named by its argument and prints each number once its save has returned. */
import { writeSync } from 'node:fs'
import { openJournal } from '../../src/journal/sqlite-journal.ts'

const journal = openJournal(process.argv[2] ?? '')
for (let index = 0; index < 10_000; index += 1) {
  const jobId = `job-${index}`
  const base = { jobId, attempt: 0, epoch: 0 }
  const end = { outcome: 'succeeded', effect: 'none' } as const
  journal.save(
    { ...base, kind: 'cache.purge', input: {}, origin: 'owner', runMs: 1, createdAt: index, state: 'ended', finishedAt: Date.now(), end },
    [{ type: 'job.result', ...base, ...end, finishedAt: 1 }],
  )
  writeSync(1, `${index}\n`)
}
