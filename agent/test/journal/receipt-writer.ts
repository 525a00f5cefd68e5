/** Ends purges in the journal named by its argument, as the agent does, and prints how many there are. */
import { writeSync } from 'node:fs'
import type { Run } from '../../src/domain/run.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { outcomeFrame } from '../../src/work/frames.ts'
import { sealEnd } from '../../src/work/sealed-end.ts'
import { ownPurge } from '../support/own-run.ts'
import { testKinds } from '../support/test-kinds.ts'
import { HandKeys, testChain } from '../support/test-receipts.ts'

const kind = testKinds.find(({ receipt }) => receipt)
if (!kind) throw new Error('no kind of the tests has receipts')
const journal = openJournal(process.argv[2] ?? '')
const chain = testChain(journal, new HandKeys())
for (let count = 1; count <= 10_000; count += 1) {
  const ended: Run & { state: 'ended' } = {
    ...ownPurge(),
    kind: kind.name,
    state: 'ended',
    finishedAt: count,
    end: { outcome: 'succeeded', effect: 'none' },
  }
  const { run, receipts } = sealEnd(ended, kind, chain)
  journal.save(run, [outcomeFrame(run)], receipts)
  writeSync(1, `${count}\n`)
}
