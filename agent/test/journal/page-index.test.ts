import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { bench, site, startMs, tidyAll } from './page-index-bench.ts'

describe('the index of pages', () => {
  it('finds the pages of every tag as a plain list of them would', test => {
    const tag = fc.oneof(
      fc.nat(40).map(id => `post:${id}`),
      fc.nat(5).map(id => `count:${id}`),
      fc.constantFrom('option:a', 'option:b', 'option:c', 'list:post', 'post:*', 'b2.post:7'),
    )
    const path = fc.nat(12).map(number => `/${number}/`)
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ page: path, tags: fc.array(tag, { maxLength: 12 }) }) },
      { weight: 3, arbitrary: fc.record({ changed: fc.array(tag, { minLength: 1, maxLength: 3 }) }) },
      { weight: 1, arbitrary: fc.constant('reopen' as const) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        let one = bench(test)
        const model = new Map<string, ReadonlySet<string>>()
        for (const what of steps) {
          if (what === 'reopen') one = one.reopened()
          else if ('page' in what) {
            one.nowMs += 1
            one.page(what.page, what.tags)
            model.set(what.page, new Set(what.tags))
          } else if (what.changed.includes('post:*')) continue
          else {
            one.nowMs += 1
            one.change(what.changed)
            const holds = (tags: ReadonlySet<string>): boolean =>
              what.changed.some(name => tags.has(name) || tags.has(name.replace(/:.*/, ':*')))
            const wanted = [...model].filter(([, tags]) => holds(tags)).map(([name]) => name)
            assert.deepEqual(new Set(one.pages()), new Set(wanted))
            one.index.settle('job', true)
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('has what a page was made of last, and not what it was before', test => {
    const one = bench(test)
    one.page('/', ['post:1', 'post:2'])
    one.page('/', ['post:2', 'post:3'])
    one.change(['post:1'])
    assert.deepEqual(one.pages(), [])
    one.change(['post:3'])
    assert.deepEqual(one.pages(), ['/'])
  })

  it('keeps no set that no page has any more', test => {
    const one = bench(test)
    for (let time = 0; time < 300; time += 1)
      one.page(
        '/',
        Array.from({ length: 100 }, (_, tag) => `option:o${time}-${tag}`),
      )
    one.index.close()
    assert.ok(statSync(one.file).size < 150_000)
  })

  it('has rules hold for pages of which nothing or not all is known, and for no others', test => {
    const one = bench(test)
    one.page('/a/whole/', ['post:1'])
    one.page('/a/part/', ['post:1'], { partial: true })
    one.page('/b/part/', ['post:1'], { partial: true })
    one.index.tellKept('job', [`${site}/a/kept/`, `${site}/b/kept/`], true)
    one.change(['post:9'], { urls: [`${site}/a/whole/`, `${site}/never-seen/`], trees: [`${site}/a/`] })
    assert.deepEqual(new Set(one.pages()), new Set(['/never-seen/', '/a/part/', '/a/kept/']))
  })

  it('has rules hold for a page that was purged, until it hears what the new one is made of', test => {
    const one = bench(test)
    const rules = { urls: [`${site}/a/`], trees: [`${site}/b/`] }
    for (const path of ['/a/', '/b/']) one.page(path, ['post:1'])
    one.change([], rules)
    assert.deepEqual(one.pages(), [])
    one.index.settle('job', true)
    one.nowMs += 1
    one.change(['post:1'])
    assert.deepEqual(one.pages().toSorted(), ['/a/', '/b/'])
    one.index.settle('job', true)
    one.change([], rules)
    assert.deepEqual(one.pages().toSorted(), ['/a/', '/b/'])
    one.index.settle('job', true)
    for (const path of ['/a/', '/b/']) one.page(path, ['post:2'])
    one.change([], rules)
    assert.deepEqual(one.pages(), [])
  })

  it('does so likewise where everything was purged', test => {
    const one = bench(test)
    for (let number = 0; number < 600; number += 1) one.page(`/${number}/`, ['post:1'])
    one.nowMs += 1
    one.change([], { everything: true })
    assert.equal(one.index.take('job')?.everything, true)
    one.index.settle('job', true)
    one.page('/new/', ['post:2'])
    tidyAll(one)
    one.change([], { urls: [`${site}/0/`, `${site}/599/`, `${site}/new/`] })
    assert.deepEqual(one.pages(), ['/0/', '/599/'])
  })

  it('believes no time that is yet to come', test => {
    const one = bench(test)
    one.change([], { at: startMs * 1_000 * 2 })
    assert.equal(one.index.take('job')?.atUs, startMs * 1_000)
  })

  it('takes a page that says it comes from a far future for one of now', test => {
    const one = bench(test)
    one.page('/', ['post:1'], { at: 1e300 })
    one.page('/later/', ['post:1'], { at: 2 ** 60 })
    one.nowMs += 1
    one.change(['post:1'])
    assert.deepEqual(one.pages(), ['/', '/later/'])
    one.index.settle('job', true)
    one.change([], { urls: [`${site}/`, `${site}/later/`] })
    assert.deepEqual(one.pages(), ['/', '/later/'], 'rules hold for it once it was purged, as for any page')
  })

  it('records nothing where nginx keeps nothing, and passes on what the plugin names', test => {
    const one = bench(test, { caches: false })
    one.page('/', ['post:1'])
    one.change(['post:1'], { urls: [`${site}/named/`] })
    assert.deepEqual([one.pages(), one.index.needsKept('job')], [['/named/'], false])
  })
})

describe('an index that is full', () => {
  const tags = (number: number): string[] => Array.from({ length: 50 }, (_, tag) => `option:o${number}-${tag}`)

  it('forgets what the oldest pages were made of, which then are under the rules', test => {
    const one = bench(test, { mostBytes: 1_000_000 })
    for (let number = 0; number < 1_000; number += 1) {
      one.nowMs += 1
      one.page(`/${number}/`, tags(number))
      tidyAll(one)
    }
    assert.ok(statSync(one.file).size <= 1_000_000)
    one.change(['option:o999-1'], { trees: [`${site}/0/`, `${site}/999/`] })
    assert.deepEqual(new Set(one.pages()), new Set(['/0/', '/999/']))
  })

  it('lets pages go where even their names are too many, and takes a tree for everything until it is told again', test => {
    const one = bench(test, { mostBytes: 400_000 })
    one.index.needsKept('job')
    one.index.tellKept('job', [`${site}/`], true)
    const fill = (): void => {
      for (let number = 0; number < 3_000; number += 1) one.page(`/${number}/${'x'.repeat(100)}/`, [])
    }
    assert.throws(fill, { code: 'disk.full' })
    tidyAll(one)
    one.change([], { trees: [`${site}/`] })
    assert.equal(one.index.take('job')?.everything, true)
    assert.equal(one.index.needsKept('job'), true)
    one.index.tellKept('job', [`${site}/1/`], true)
    one.change([], { trees: [`${site}/`] })
    assert.equal(one.index.take('job')?.everything, false)
  })
})
