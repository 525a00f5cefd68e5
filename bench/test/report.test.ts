import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Budget, Figures } from '../src/bench.ts'
import { judge } from '../src/report.ts'

const words = (budgets: Readonly<Record<string, Budget>>, figures: Figures): readonly (readonly [string, string])[] =>
  judge(budgets, figures).map(({ figure, word }) => [figure, word] as const)

describe('the report of a bench', () => {
  it('says of each figure whether it is within its budget', () => {
    const budgets = { staleUrls: { most: 0 }, jobs: { least: 5 } }
    assert.deepEqual(words(budgets, { staleUrls: 0, jobs: 5 }), [
      ['staleUrls', 'within 0'],
      ['jobs', 'at least 5'],
    ])
    assert.deepEqual(words(budgets, { staleUrls: 1, jobs: 4 }), [
      ['staleUrls', 'OVER 0'],
      ['jobs', 'UNDER 5'],
    ])
  })

  it('measures a figure by another one of the same run', () => {
    const budgets = { ours: { most: 1.5, times: 'theirs' } }
    assert.deepEqual(words(budgets, { ours: 14, theirs: 10 }), [
      ['ours', 'within 15'],
      ['theirs', ''],
    ])
    assert.equal(words(budgets, { ours: 16, theirs: 10 })[0]?.[1], 'OVER 15')
  })

  it('shows a figure with a budget as missing where it was not measured', () => {
    const [row] = judge({ recordMsPerPage: { most: 0.5 } }, {})
    assert.deepEqual(row, { figure: 'recordMsPerPage', value: undefined, word: 'MISSING, within 0.5 is wanted', isWithin: false })
  })

  it('takes what is no number for not measured', () => {
    assert.equal(words({ freshP95Ms: { most: 500 } }, { freshP95Ms: Number.NaN })[0]?.[1], 'MISSING, within 500 is wanted')
  })

  it('can say nothing where the figure is missing by which another one is measured', () => {
    assert.deepEqual(words({ ours: { least: 2, times: 'theirs' } }, { ours: 3 }), [['ours', 'MISSING theirs']])
  })

  it('is within budget only where every figure with a budget is', () => {
    const isWithin = (figures: Figures): boolean => judge({ a: { most: 1 }, b: { most: 1 } }, figures).every(row => row.isWithin)
    assert.equal(isWithin({ a: 1, b: 1, free: 100 }), true)
    assert.equal(isWithin({ a: 1, b: 2 }), false)
    assert.equal(isWithin({ a: 1 }), false)
  })
})
