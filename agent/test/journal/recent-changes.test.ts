import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SpoolChange } from '@platen/protocol'
import { bench, paths, site, startMs, tidyAll, type Bench } from './page-index-bench.ts'

describe('a page that was begun before a change and stored after its purge', () => {
  const purged = (one: Bench, tags: readonly string[], rest: Partial<SpoolChange> = {}): void => {
    one.change(tags, rest)
    one.index.take('job')
    one.index.settle('job', true)
    one.nowMs += 500
  }
  const before = startMs * 1_000 - 1

  it('is purged again where it was made of what changed, and no other page is', test => {
    const one = bench(test)
    one.page('/other/', ['post:1'])
    purged(one, ['post:1', 'list:post'])
    one.page('/late/', ['option:a', 'post:1'], { at: before })
    one.page('/apart/', ['option:a', 'post:2'], { at: before })
    const batch = one.index.take('job')
    assert.deepEqual([paths(batch?.pages), batch?.sinceUs], [['/late/'], startMs * 1_000])
  })

  it('is purged again by its class, by rules where it is partial, and by a change of everything', test => {
    const one = bench(test)
    purged(one, ['post:1'], { urls: [`${site}/url/`], trees: [`${site}/tree/`] })
    one.page('/class/', ['post:*'], { at: before })
    one.page('/url/', [], { at: before, partial: true })
    one.page('/tree/2/', [], { at: before, partial: true })
    one.page('/tree/whole/', [], { at: before })
    one.page('/elsewhere/', [], { at: before, partial: true })
    assert.deepEqual(one.pages(), ['/class/', '/url/', '/tree/2/'])
    one.index.settle('job', true)
    one.change([], { everything: true })
    one.index.take('job')
    one.index.settle('job', true)
    one.page('/any/', [], { at: one.nowMs * 1_000 - 1 })
    assert.deepEqual(one.pages(), ['/any/'])
  })

  it('is not purged again once it was begun later', test => {
    const one = bench(test)
    purged(one, ['post:1'])
    one.page('/', ['post:1'])
    assert.equal(one.index.pending(), false)
  })

  it('is remembered for ten minutes, over a restart, and no longer', test => {
    let one = bench(test)
    purged(one, ['post:1'])
    one.nowMs += 590_000
    tidyAll(one)
    one = one.reopened()
    one.page('/', ['post:1'], { at: before })
    assert.equal(one.index.pending(), true)
    one.index.settle('job', true)
    one = bench(test)
    purged(one, ['post:1'])
    one.nowMs += 610_000
    tidyAll(one)
    one.page('/', ['post:1'], { at: before })
    assert.equal(one.index.pending(), false)
  })

  it('is not purged for ever when somebody has set the clock back', test => {
    const one = bench(test)
    purged(one, ['post:1'])
    one.nowMs -= 3_600_000
    one.page('/', ['post:1'])
    assert.equal(one.index.pending(), false)
  })

  it('is purged by everything where too much changed to remember it all', test => {
    const one = bench(test)
    for (let number = 0; number < 60; number += 1) one.change(Array.from({ length: 1_000 }, (_, tag) => `post:${number * 1_000 + tag}`))
    one.index.take('job')
    one.index.settle('job', true)
    one.nowMs += 500
    one.page('/', ['post:1'], { at: before })
    assert.equal(one.index.pending(), true)
  })
})
