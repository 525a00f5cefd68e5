/** Ends purges in the journal named by its argument, each before the CDN's word on it comes, and prints how many there are. */
import { writeSync } from 'node:fs'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { HandKeys, testChain } from '../support/test-receipts.ts'
import { endPurge, settleAll } from './ended-purge.ts'

const journal = openJournal(process.argv[2] ?? '')
const chain = testChain(journal, new HandKeys())
for (let count = 1; count <= 10_000; count += 1) {
  endPurge(journal, chain)
  settleAll(journal, chain)
  writeSync(1, `${count}\n`)
}
