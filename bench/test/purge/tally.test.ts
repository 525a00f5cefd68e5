import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { overPurge, rowFigures, tableHead, tableLine, tallyOf } from '../../src/purge/tally.ts'
import type { Verdict } from '../../src/purge/verdict.ts'

const verdicts = (...letters: readonly string[]): Verdict[] =>
  letters.map((marks, index) => ({
    path: `/${index}/`,
    changed: marks.includes('c'),
    stale: marks.includes('s'),
    purged: marks.includes('p'),
    unsteady: marks.includes('u'),
  }))

describe('the tally of a row', () => {
  it('counts what changed, what is stale and what was purged', () => {
    const row = tallyOf('slug', verdicts('cs', 'cp', 'p', '', 'u'), 2)
    assert.deepEqual(row, { name: 'slug', urls: 5, changed: 2, stale: 1, purged: 2, unsteady: 1, stalePaths: ['/0/'], seconds: 2 })
    assert.equal(tableLine(row), 'slug                       2       1       2         1        2  /0/')
    assert.match(tableHead, /^change .* stale first$/)
  })

  it('takes one page as changed where none has, so that purging for nothing shows', () => {
    assert.equal(overPurge({ purged: 12, changed: 0 }), 12)
    assert.equal(overPurge({ purged: 0, changed: 0 }), 0)
  })

  it('sums the rows up and says what nothing and everything would have been', () => {
    const figures = rowFigures([tallyOf('one', verdicts('cs', 'cp', 'p', ''), 1), tallyOf('two', verdicts('c', '', '', ''), 3)])
    assert.deepEqual(
      [figures.staleUrls, figures.changedUrls, figures.purgedUrls, figures.purgedPerChanged, figures.worstRowStaleUrls, figures.rowSeconds],
      [1, 3, 2, 0.67, 1, 2],
    )
    assert.deepEqual([figures.peerNoneStaleUrls, figures.peerAllPurgedPerChanged], [3, 2.67])
  })

  it('has figures without any row', () => {
    assert.equal(rowFigures([]).staleUrls, 0)
  })
})
