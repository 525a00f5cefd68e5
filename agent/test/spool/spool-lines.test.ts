import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { limits } from '@platen/protocol'
import { cutLines, parseChange, parsePage } from '../../src/spool/spool-lines.ts'

interface Corpus {
  readonly accepted: readonly object[]
  readonly refused: readonly { readonly why: string; readonly line: object }[]
}
const file = join(import.meta.dirname, '../../../protocol/test/corpus/plugin/spool.json')
const corpus = JSON.parse(readFileSync(file, 'utf8')) as { readonly page: Corpus; readonly change: Corpus }
const page = JSON.stringify(corpus.page.accepted[0])

describe('lines of the spool', () => {
  for (const [name, parse] of [
    ['page', parsePage],
    ['change', parseChange],
  ] as const) {
    it(`of a ${name} are read as the corpus has them, and nothing else is`, () => {
      for (const line of corpus[name].accepted) assert.deepEqual(parse(JSON.stringify(line)), line)
      for (const { why, line } of corpus[name].refused) assert.equal(parse(JSON.stringify(line)), undefined, why)
    })
  }

  it('that stand behind one that was cut off are read', () => {
    assert.deepEqual(parsePage(page.slice(0, 70) + page), corpus.page.accepted[0])
    assert.equal(parsePage(page + page.slice(0, 70)), undefined)
  })

  it('that are no JSON count as none', () => {
    for (const line of ['', 'null', '[', '{"at":', '['.repeat(60_000)]) assert.equal(parsePage(line), undefined)
  })
})

describe('a stretch of the spool', () => {
  const most = limits.spool.lineBytes - 1
  const cut = (text: string, skipping = false, lines = 64) => cutLines(Buffer.from(text), skipping, lines)

  it('is cut at line feeds, and its last piece waits for the rest', () => {
    assert.deepEqual(cut('a\nüb\nc'), { lines: ['a', 'üb'], bytes: 6, skipping: false, tooLong: 0 })
  })

  it('ends where its lines are as many as were wanted', () => {
    assert.deepEqual(cut('a\nb\nc\n', false, 2), { lines: ['a', 'b'], bytes: 4, skipping: false, tooLong: 0 })
  })

  it('may hold a line of the longest kind, and is rid of one that is longer', () => {
    assert.equal(cut(`${'x'.repeat(most)}\n`).lines.length, 1)
    assert.deepEqual(cut(`${'x'.repeat(most + 1)}\na\n`), { lines: ['a'], bytes: most + 4, skipping: false, tooLong: 1 })
  })

  it('inside a line that is too long is passed over to its end', () => {
    const long = 'x'.repeat(most + 1)
    assert.deepEqual(cut(long), { lines: [], bytes: most + 1, skipping: true, tooLong: 1 })
    assert.deepEqual(cut(long, true), { lines: [], bytes: most + 1, skipping: true, tooLong: 0 })
    assert.deepEqual(cut('xx\na\n', true), { lines: ['a'], bytes: 5, skipping: false, tooLong: 0 })
  })
})
