/** Puts changes into the index named by its argument, the number of each as the place that was read, and prints it once it is in. */
import { writeSync } from 'node:fs'
import { openPageIndex } from '../../src/journal/page-index.ts'

const index = openPageIndex(process.argv[2] ?? '', { caches: true })
for (let number = 1; number < 100_000; number += 1) {
  const change = { at: Date.now() * 1_000, what: `change ${number}`, tags: [`post:${number}`], hidden: [], urls: [], trees: [] }
  index.put({ changes: [change], places: { changes: { inode: '1', offset: number, skipping: false } } })
  writeSync(1, `${number}\n`)
}
