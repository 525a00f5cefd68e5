import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openPageIndex } from '../../src/journal/page-index.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { bench } from './page-index-bench.ts'

describe('the file of the index', () => {
  it('is moved aside where it is broken, and as what had changed is lost, everything has', test => {
    const one = bench(test)
    one.page('/', ['post:1'])
    one.index.close()
    writeFileSync(one.file, 'x'.repeat(100_000))
    let aside = ''
    const again = bench(test, { lost: path => (aside = path) }, one.file)
    assert.match(aside, /pages\.db\.corrupt-/)
    assert.equal(again.index.take('job')?.everything, true)
  })

  it('holds each change with the place behind it when the agent is killed at any instant', { timeout: 60_000 }, async test => {
    const file = join(tempFolder(test), 'pages.db')
    for (let round = 0; round < 5; round += 1) {
      const writer = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'page-writer.ts'), file])
      let printed = ''
      writer.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text
        if (printed.length > 200 * (round + 1)) writer.kill('SIGKILL')
      })
      await once(writer, 'close')
      const last = Number(printed.trim().split('\n').at(-1))
      const index = openPageIndex(file, { caches: true })
      const place = index.place('changes')?.offset ?? 0
      let count = 0
      for (let batch = index.take('job'); batch; batch = index.take('job')) count += batch.count
      index.settle('job', true)
      index.close()
      assert.ok(last > 0 && place >= last && place <= last + 1, `${last} printed, ${place} read`)
      assert.equal(count, place)
    }
  })
})
