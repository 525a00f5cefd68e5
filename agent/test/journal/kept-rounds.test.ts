import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bench, site, tidyAll, type Bench } from './page-index-bench.ts'

describe('what nginx keeps', () => {
  const kept = (one: Bench, ...names: string[]): void =>
    one.index.tellKept(
      'job',
      names.map(path => site + path),
      true,
    )

  it('has to be told after a start, and once a day', test => {
    const one = bench(test)
    assert.equal(one.index.needsKept('job'), true)
    kept(one, '/')
    assert.equal(one.index.needsKept('job'), false)
    one.nowMs += 86_400_001
    assert.equal(one.index.needsKept('job'), true)
    kept(one, '/')
    assert.equal(one.reopened().index.needsKept('job'), true)
  })

  it('is told only when the last part has come', test => {
    const one = bench(test)
    one.index.tellKept('job', [`${site}/1/`], false)
    assert.equal(one.index.needsKept('other'), true)
    one.index.tellKept('job', [`${site}/2/`], true)
    one.change([], { trees: [`${site}/`] })
    assert.deepEqual(new Set(one.pages()), new Set(['/1/', '/2/']))
  })

  it('lets pages go that nginx no longer has, and that are older', test => {
    const one = bench(test)
    one.page('/gone/', ['post:1'])
    one.page('/kept/', ['post:1'])
    kept(one, '/once/')
    one.nowMs += 3_600_000
    one.page('/new/', ['post:1'])
    const again = one.reopened()
    assert.equal(again.index.needsKept('job'), true)
    kept(again, '/kept/')
    tidyAll(again)
    again.change(['post:1'], { trees: [`${site}/`] })
    assert.deepEqual(new Set(again.pages()), new Set(['/kept/', '/new/']))
  })

  it('that two jobs tell at once is let go by neither’s half', test => {
    const one = bench(test)
    one.index.needsKept('one')
    one.index.needsKept('other')
    one.nowMs += 3_600_000
    one.index.tellKept('one', [`${site}/1/`], false)
    one.index.tellKept('other', [`${site}/1/`, `${site}/2/`], true)
    one.index.tellKept('one', [`${site}/2/`], true)
    tidyAll(one)
    one.change([], { trees: [`${site}/`] })
    assert.deepEqual(new Set(one.pages()), new Set(['/1/', '/2/']))
  })
})
