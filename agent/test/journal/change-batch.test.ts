import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cdnTag } from '@platen/protocol'
import type { ChangeBatch } from '../../src/ports/site-changes.ts'
import { bench, paths, plain, second, site, startMs } from './page-index-bench.ts'

describe('a batch of changes', () => {
  it('names pages of the rules in their order, then what was made of something that changed, each once', test => {
    const one = bench(test)
    one.page('/list/', ['post:1'])
    one.page('/own/', ['post:1'], { partial: true })
    one.change(['post:1'], { urls: [`${site}/own/`, `${site}/`] })
    assert.deepEqual(one.pages(), ['/own/', '/', '/list/'])
  })

  it('merges what was noted into one batch, with times, words and hidden pages', test => {
    const one = bench(test)
    one.page('/1/', ['post:1'])
    one.page('/2/', ['post:2'])
    one.change(['post:1'], { what: 'One', hidden: [`${site}/1/`] })
    one.nowMs += 1_000
    one.change(['post:2'], { what: 'Two' })
    const batch: ChangeBatch | undefined = one.index.take('job')
    assert.deepEqual(batch, {
      sinceUs: startMs * 1_000,
      atUs: startMs * 1_000 + second,
      count: 2,
      what: ['One', 'Two'],
      everything: false,
      hidden: [`${site}/1/`],
      exposed: [],
      cdnTags: { closed: [], changed: ['post:1', 'post:*', 'post:2'].map(cdnTag) },
      urgent: [],
      pages: [`${site}/2/`],
    })
    assert.equal(one.index.take('job'), undefined)
  })

  it('names apart the pages that were made of a post that was closed, and those of its address with a query', test => {
    const one = bench(test)
    one.page('/feed/', ['post:1'])
    one.page('/secret/?utm_source=x', ['post:1'])
    one.page('/many/', ['post:*'])
    one.page('/list/', ['list:post'])
    one.page('/2/', ['post:2'])
    one.index.tellKept('job', [`${site}/secret/?unknown`, `${site}/secret/2/`], true)
    one.change(['post:1', 'list:post', 'post:2'], { hidden: [`${site}/secret/`], closed: ['post:1'] })
    const batch = one.index.take('job')
    assert.deepEqual(batch?.cdnTags.closed, ['post:1', 'post:*'].map(cdnTag))
    assert.deepEqual(
      [paths(batch?.hidden), new Set(paths(batch?.exposed)), new Set(paths(batch?.pages))],
      [['/secret/'], new Set(['/feed/', '/secret/?utm_source=x', '/many/', '/secret/?unknown']), new Set(['/list/', '/2/'])],
    )
  })

  it('names pages that were made of a closed post also where everything has changed', test => {
    const one = bench(test)
    one.page('/feed/', ['post:1'])
    one.change(['post:1'], { closed: ['post:1'] })
    for (let number = 0; number < 5_001; number += 1) one.index.put({ changes: [plain], places: {} })
    const batch = one.index.take('job')
    assert.deepEqual([batch?.everything, paths(batch?.exposed), batch?.pages], [true, ['/feed/'], []])
  })

  it('tells the pages of urgent changes apart from others, each once', test => {
    const one = bench(test)
    for (const [path, tag] of [
      ['/a/', 'post:1'],
      ['/b/', 'post:2'],
      ['/gone/', 'post:2'],
    ] as const)
      one.page(path, [tag, 'option:x'])
    one.page('/c/', ['option:x'])
    one.nowMs += 1
    one.change(['option:x'])
    one.change(['post:2'], { urgent: true, hidden: [`${site}/gone/`] })
    const batch = one.index.take('job')
    assert.deepEqual([paths(batch?.hidden), paths(batch?.urgent), paths(batch?.pages).toSorted()], [['/gone/'], ['/b/'], ['/a/', '/c/']])
    one.index.settle('job', true)
    one.change(['post:2'], { urgent: true, view: 'visit' })
    assert.deepEqual(paths(one.index.take('job')?.urgent), ['/b/', '/gone/'])
  })

  it('makes everything of more pages than can be named', test => {
    const one = bench(test)
    const pages = Array.from({ length: 20_001 }, (_, number) => ({
      at: startMs * 1_000,
      url: `${site}/${number}/`,
      status: 200,
      tags: ['post:1'],
    }))
    one.index.put({ pages, places: {} })
    one.change(['post:1'])
    const batch = one.index.take('job')
    assert.deepEqual([batch?.everything, batch?.pages], [true, []])
  })

  it('has a change of everything cover all that was noted before', test => {
    const one = bench(test)
    for (let number = 0; number < 300; number += 1)
      one.change([`post:${number}`], {
        what: 'x'.repeat(200),
        trees: Array.from({ length: 100 }, (_, tree) => `${site}/${number}/${tree}/`),
      })
    one.change([], { everything: true, hidden: [`${site}/1/`] })
    const batch = one.index.take('job')
    assert.deepEqual([batch?.everything, batch?.count, batch?.hidden, batch?.what.length], [true, 301, [`${site}/1/`], 2])
    assert.equal(one.index.pending(), false)
  })

  it('gives the rest another time where there is much, the oldest first', test => {
    const one = bench(test)
    const trees = Array.from({ length: 200 }, (_, tree) => `${site}/${'x'.repeat(100)}${tree}/`)
    for (let number = 0; number < 60; number += 1) one.change([], { what: `${number}`, trees })
    const [first, second] = [one.index.take('job'), one.index.take('job')]
    assert.equal(first?.what[0], '0')
    assert.ok((first?.count ?? 0) < 60 && second?.what[0] === String(first?.count))
  })

  it('makes one change of everything of more than may wait', test => {
    const one = bench(test)
    const changes = Array.from({ length: 5_001 }, (_, number) => ({
      at: startMs * 1_000 + number,
      what: 'x',
      tags: [],
      hidden: [],
      urls: [],
      trees: [],
      ...(number === 7 ? { code: true as const } : {}),
    }))
    one.nowMs += 60_000
    one.index.put({ changes, places: {} })
    const batch = one.index.take('job')
    assert.deepEqual([batch?.everything, batch?.what, batch?.sinceUs, batch?.code], [true, ['5001 changes'], startMs * 1_000, true])
  })
})
