import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import type { SpoolChange, SpoolPage } from '@platen/protocol'
import { openPageIndex, type PageIndex, type PageIndexOptions } from '../../src/journal/page-index.ts'
import type { ChangeBatch } from '../../src/ports/site-changes.ts'
import { tempFolder } from '../support/temp-folder.ts'

const second = 1_000_000
const startMs = 1_795_000_000_000

/** An index and the hand of its clock. */
interface Bench {
  readonly file: string
  readonly index: PageIndex
  nowMs: number
  readonly page: (path: string, tags: readonly string[], rest?: Partial<SpoolPage>) => void
  readonly change: (tags: readonly string[], rest?: Partial<SpoolChange>) => void
  /** The paths of the next batch's pages. */
  readonly pages: (jobId?: string) => readonly string[]
  /** The same index after its process was killed. */
  readonly reopened: () => Bench
}

const site = 'http://site.test'
const plain: SpoolChange = { at: startMs * 1_000, what: 'x', tags: [], hidden: [], urls: [], trees: [] }
const paths = (urls: readonly string[] = []): readonly string[] => urls.map(url => url.slice(site.length))

function bench(
  test: TestContext,
  options: Partial<PageIndexOptions> = {},
  file = join(tempFolder(test), 'pages.db'),
  nowMs = startMs,
): Bench {
  const hand = { nowMs }
  const index = openPageIndex(file, { caches: true, now: () => hand.nowMs, ...options })
  let open = true
  const close = (): void => {
    if (open) index.close()
    open = false
  }
  test.after(close)
  const one: Bench = {
    file,
    index,
    get nowMs() {
      return hand.nowMs
    },
    set nowMs(value) {
      hand.nowMs = value
    },
    page: (path, tags, rest = {}) =>
      index.put({ pages: [{ at: one.nowMs * 1_000, url: site + path, status: 200, tags: [...tags], ...rest }], places: {} }),
    change: (tags, rest = {}) =>
      index.put({
        changes: [{ at: one.nowMs * 1_000, what: 'Something', tags: [...tags], hidden: [], urls: [], trees: [], ...rest }],
        places: {},
      }),
    pages: (jobId = 'job') => paths(index.take(jobId)?.pages),
    reopened: () => {
      close()
      return bench(test, options, file, one.nowMs)
    },
  }
  return one
}

function tidyAll({ index }: Bench): void {
  while (index.tidy());
}

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

  it('names pages of the rules in their order, then what was made of something that changed, each once', test => {
    const one = bench(test)
    one.page('/list/', ['post:1'])
    one.page('/own/', ['post:1'], { partial: true })
    one.change(['post:1'], { urls: [`${site}/own/`, `${site}/`] })
    assert.deepEqual(one.pages(), ['/own/', '/', '/list/'])
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

describe('what a job took', () => {
  it('is done when the job succeeds', test => {
    const one = bench(test)
    one.change(['post:1'])
    one.index.take('job')
    one.index.settle('job', true)
    assert.equal(one.reopened().index.pending(), false)
  })

  it('comes again with what came meanwhile when it has failed and is let go on', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('job')
    one.change([], { what: 'Two' })
    one.index.settle('job', false)
    one.index.release()
    assert.deepEqual(one.index.take('other')?.what, ['One', 'Two'])
  })

  it('holds up nothing newer when it has failed', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('job')
    one.index.settle('job', false)
    assert.deepEqual([one.index.pending(), one.index.take('other')], [false, undefined])
    one.change([], { what: 'Two' })
    assert.equal(one.index.pending(), true)
    assert.deepEqual(one.index.take('other')?.what, ['Two'])
    one.index.settle('other', true)
    one.index.release()
    assert.equal(one.index.pending(), true)
    assert.deepEqual(one.index.take('third')?.what, ['One'])
  })

  it('goes with a newer change of everything, which stands for it', test => {
    const one = bench(test)
    one.change([], { what: 'One', everything: true })
    one.index.take('job')
    one.index.settle('job', false)
    one.change(['post:1'], { what: 'Two' })
    assert.equal(one.index.take('other')?.everything, false)
    one.index.settle('other', true)
    one.change([], { what: 'Three', everything: true })
    assert.deepEqual(one.index.take('third')?.what, ['One', 'Three'])
  })

  it('is let go on by a restart', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('job')
    one.index.settle('job', false)
    assert.equal(one.reopened().index.pending(), true)
  })

  it('comes again when the agent is killed', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('job')
    assert.equal(one.index.pending(), false)
    assert.deepEqual(one.reopened().index.take('other')?.what, ['One'])
  })

  it('is that job’s alone', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('one')
    one.change([], { what: 'Two' })
    one.index.take('other')
    one.index.settle('other', true)
    one.index.settle('one', false)
    one.index.release()
    assert.deepEqual(one.index.take('third')?.what, ['One'])
  })
})

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
