import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { SpoolChange } from '@platen/protocol'
import { openPageIndex, type PageIndex } from '../../src/journal/page-index.ts'
import { tempFolder } from '../support/temp-folder.ts'

const startMs = 1_795_000_000_000
const minuteMs = 60_000
const dayMs = 86_400_000
const site = 'http://site.test'

/** A site whose pages are made of options, and the hand of its clock. */
class Site {
  nowMs = startMs
  readonly file: string
  index: PageIndex
  constructor(test: TestContext) {
    this.file = join(tempFolder(test), 'pages.db')
    this.index = this.open()
    test.after(() => this.index.close())
  }
  open(): PageIndex {
    return openPageIndex(this.file, { caches: true, now: () => this.nowMs })
  }
  restart(): void {
    this.index.close()
    this.index = this.open()
  }
  /** PHP begins to make a page, and is ready a little later. */
  page(path: string, tags: readonly string[]): void {
    this.index.put({ pages: [{ at: (this.nowMs - 5) * 1_000, url: site + path, status: 200, tags: [...tags] }], places: {} })
  }
  change(tags: readonly string[], rest: Partial<SpoolChange> = {}): void {
    const change = { at: this.nowMs * 1_000, what: `${tags.join()} changed`, tags: [...tags], hidden: [], urls: [], trees: [], ...rest }
    this.index.put({ changes: [change], places: {} })
  }
  /** What a job would purge now; its pages are made anew by `render`. */
  purged(render: (path: string) => void = () => {}): readonly string[] {
    while (this.index.tidy());
    const batch = this.index.take('job')
    this.index.settle('job', true)
    const paths = (batch?.pages ?? []).map(url => url.slice(site.length)).toSorted()
    for (const path of batch?.everything ? ['everything'] : paths) {
      this.nowMs += 10
      render(path)
    }
    return batch?.everything ? ['everything'] : paths
  }
}

describe('a change that is made while a page is drawn', () => {
  it('is brought into effect at once: it may be one like any other', test => {
    const one = new Site(test)
    one.page('/', ['option:settings'])
    one.nowMs += 1_000
    one.change(['option:settings'], { view: 'visit' })
    assert.deepEqual(one.purged(), ['/'])
  })

  it('makes no endless loop where each render counts', test => {
    const one = new Site(test)
    const paths = ['/', '/a/', '/b/']
    const count = (view: 'visit' | 'refresh') => (path: string) => {
      one.page(path, ['option:hits'])
      one.change(['option:hits'], { view })
    }
    for (const path of paths) count('visit')(path)
    let renders = 0
    const untilMs = startMs + 4 * dayMs
    while (one.nowMs < untilMs) {
      renders += one.purged(count('refresh')).length
      one.nowMs += 10 * minuteMs
      one.page('/other/', ['option:hits'])
      one.change(['option:hits'], { view: 'visit' })
    }
    assert.ok(renders > 0)
    assert.ok(renders <= (paths.length + 1) * 6, `${renders} renders in four days`)
  })

  it('makes ever fewer purges where only visitors count', test => {
    const one = new Site(test)
    one.page('/', ['option:hits'])
    let purges = 0
    while (one.nowMs < startMs + 240 * minuteMs) {
      one.nowMs += minuteMs
      one.change(['option:hits'], { view: 'visit' })
      if (one.purged(path => one.page(path, ['option:hits'])).length > 0) purges += 1
    }
    assert.ok(purges >= 2 && purges <= 5, `${purges} purges in four hours`)
  })

  it('is not lost where it has to wait, over a restart of the agent either', test => {
    const one = new Site(test)
    one.page('/', ['option:hits'])
    one.nowMs += 1_000
    one.change(['option:hits'], { view: 'visit' })
    assert.deepEqual(one.purged(), ['/'])
    one.nowMs += 1_000
    one.change(['option:hits'], { view: 'visit' })
    assert.deepEqual(one.purged(), [])
    one.restart()
    one.nowMs += 2 * minuteMs
    assert.deepEqual(one.purged(), ['/'])
    one.nowMs += dayMs
    assert.deepEqual(one.purged(), [], 'once')
  })

  it('does not hold back the same change where it is made by somebody', test => {
    const one = new Site(test)
    one.page('/', ['option:hits'])
    for (const view of ['visit', 'refresh', 'refresh'] as const) {
      one.nowMs += 1_000
      one.change(['option:hits'], { view })
    }
    one.purged()
    one.nowMs += 1_000
    one.change(['option:hits'])
    assert.deepEqual(one.purged(), ['/'])
  })

  it('holds back nothing else that the same request changed, and never what nobody may see any more', test => {
    const one = new Site(test)
    one.page('/', ['option:hits'])
    one.page('/feed/', ['list:post'])
    one.nowMs += 1_000
    one.change(['option:hits'], { view: 'visit' })
    assert.deepEqual(one.purged(), ['/'])
    one.nowMs += 1_000
    one.change(['option:hits', 'list:post'], { view: 'visit', hidden: [`${site}/gone/`] })
    one.nowMs += 1_000
    one.change(['option:hits'], { view: 'visit', hidden: [`${site}/away/`] })
    const batch = one.index.take('job')
    assert.deepEqual(batch?.pages, [`${site}/feed/`])
    assert.deepEqual(batch?.hidden, [`${site}/gone/`, `${site}/away/`])
    one.index.settle('job', true)
    one.page('/feed/', ['post:7'])
    one.nowMs += 1_000
    one.change(['option:hits'], { view: 'visit', closed: ['post:7'] })
    assert.deepEqual(one.index.take('job')?.exposed, [`${site}/feed/`])
  })

  it('holds back rules and everything likewise', test => {
    const one = new Site(test)
    const rules: Partial<SpoolChange> = { urls: [`${site}/`], trees: [`${site}/feed`], view: 'visit' }
    one.change([], rules)
    assert.deepEqual(one.purged(), ['/'])
    one.change([], rules)
    assert.deepEqual(one.purged(), [])
    one.change([], { everything: true, view: 'visit' })
    assert.deepEqual(one.purged(), ['everything'])
    one.change([], { everything: true, view: 'visit' })
    assert.deepEqual(one.purged(), [])
    one.nowMs += 2 * minuteMs
    assert.deepEqual(one.purged(), ['everything'])
  })

  it('is purged for, not forgotten, where there are too many others to remember', test => {
    const one = new Site(test)
    one.page('/', ['option:a'])
    one.nowMs += 1_000
    one.change(['option:a'], { view: 'visit' })
    one.purged()
    one.change(['option:a'], { view: 'visit' })
    const purged: string[] = []
    for (let at = 0; at < 6; at += 1) {
      one.nowMs += 1_000
      const visitors = Array.from({ length: 1_000 }, (_, number) => `option:visitor_${at}_${number}`)
      one.change(visitors, { view: 'visit' })
      purged.push(...one.purged())
    }
    assert.deepEqual(purged, ['/'])
  })
})
