import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { many, SiteDouble, urls } from './site-double.ts'

const when = (event: string | undefined): number => Number(event?.split(' ')[0])

let site: SiteDouble

beforeEach(() => {
  site = new SiteDouble()
})

describe('making removed pages anew', () => {
  it('takes what came meanwhile before it goes on making removed pages anew', async () => {
    const paths = many(30)
    for (const path of [...paths, '/late/']) site.keep(path)
    site.takesMs = () => 400
    site.change({ pages: urls(...paths), sinceUs: site.clock.us - 10_000_000 })
    site.clock.after(1_000, () => site.change({ pages: urls('/late/'), what: ['“Late” was updated'] }))
    const { result } = await site.run()
    const late = site.events.findIndex(event => event.endsWith('refreshes /late/'))
    assert.ok(when(site.events[late]) < 2_000)
    assert.ok(site.events.slice(late).some(event => event.includes('visits /page-')))
    assert.deepEqual(result.changes, [{ what: '“Late” was updated' }, { what: '“Hello” was updated' }])
  })

  it('makes those anew first that visitors want most: the front page, then by the access log', async () => {
    const paths = ['/rare/', '/often/', '/', '/sometimes/']
    for (const path of paths) site.keep(path)
    site.visits = new Map([
      ['/often/', 90],
      ['/sometimes/', 9],
    ])
    site.takesMs = () => 60
    site.change({ pages: urls(...paths), sinceUs: site.clock.us - 10_000_000 })
    await site.run()
    const visited = site.events.filter(event => event.includes(' visits ')).map(event => event.split(' ')[2])
    assert.deepEqual(visited, ['/', '/often/', '/sometimes/', '/rare/'])
  })

  it('makes no more than 500 anew', async () => {
    const paths = many(700)
    for (const path of paths) site.keep(path)
    site.takesMs = () => 5
    site.change({ everything: true })
    const { result } = await site.run()
    assert.ok((result.warmed ?? 0) >= 490 && (result.warmed ?? 0) <= 510, String(result.warmed))
  })
})
