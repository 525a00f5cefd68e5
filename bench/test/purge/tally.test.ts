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

const after = (seconds: number, isRestless = false) => ({ requests: 7, isRestless, seconds })

describe('the tally of a row', () => {
  it('counts what changed, what is stale and what was purged', () => {
    const row = tallyOf({ name: 'slug' }, verdicts('cs', 'cp', 'p', '', 'u'), after(2))
    assert.deepEqual(row, {
      name: 'slug',
      urls: 5,
      changed: 2,
      stale: 1,
      purged: 2,
      unsteady: 1,
      stalePaths: ['/0/'],
      needless: 0,
      ...after(2),
    })
    assert.equal(tableLine(row), 'slug                       2       1       2         1       7        2  /0/')
    assert.match(tableHead, /^change .* stale first$/)
  })

  it('takes one page as changed where none has, so that purging for nothing shows', () => {
    assert.equal(overPurge({ purged: 12, changed: 0 }), 12)
    assert.equal(overPurge({ purged: 0, changed: 0 }), 0)
  })

  it('sums the rows up and says what nothing and everything would have been', () => {
    const figures = rowFigures([
      tallyOf({ name: 'one' }, verdicts('cs', 'cp', 'p', ''), after(1)),
      tallyOf({ name: 'two' }, verdicts('c', '', '', ''), after(3)),
    ])
    assert.deepEqual(
      [figures.staleUrls, figures.changedUrls, figures.purgedUrls, figures.purgedPerChanged, figures.worstRowStaleUrls, figures.rowSeconds],
      [1, 3, 2, 0.67, 1, 2],
    )
    assert.deepEqual([figures.peerNoneStaleUrls, figures.peerAllPurgedPerChanged], [3, 2.67])
  })

  it('counts what was purged by a change that may purge nothing', () => {
    const tallies = [
      tallyOf({ name: 'autosave', purgesNothing: true }, verdicts('p', 'p', ''), after(1)),
      tallyOf({ name: 'edit' }, verdicts('p', '', ''), after(1)),
    ]
    assert.equal(rowFigures(tallies).needlesslyPurgedUrls, 2)
  })

  it('shows a change after which PHP was not left alone again', () => {
    const row = tallyOf({ name: 'option-by-view' }, verdicts('p'), after(1, true))
    assert.match(tableLine(row), / 7… /)
    assert.equal(rowFigures([row]).restlessRows, 1)
  })

  it('has figures without any row', () => {
    assert.equal(rowFigures([]).staleUrls, 0)
  })
})
