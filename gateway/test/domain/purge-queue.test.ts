import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { cloudflareLimits, type CdnLimits } from '../../src/domain/cdn-limits.ts'
import { PurgeQueue } from '../../src/domain/purge-queue.ts'
import type { PurgeAsk, PurgeBatch } from '../../src/domain/site-purges.ts'

const pro = cloudflareLimits.pro

function ask(id: number, site: number, urls: readonly string[], more: Partial<PurgeAsk> = {}): PurgeAsk {
  const place = { zone: `zone ${site}`, hosts: [`${site}.example`] }
  return { id, siteId: `site ${site}`, place, urls, everything: false, urgent: false, ...more }
}

function urls(site: number, count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, index) => `https://${site}.example/${first + index}`)
}

/** Takes all that there is, however long it takes, and when each batch left. */
function drain(queue: PurgeQueue): readonly (PurgeBatch & { readonly at: number })[] {
  const batches: (PurgeBatch & { readonly at: number })[] = []
  let now = 0
  for (let next = queue.next(now); next !== undefined; next = queue.next(now)) {
    if (typeof next === 'number') now += next
    else batches.push({ ...next, at: now })
  }
  return batches
}

function urlsOf({ what }: PurgeBatch): readonly string[] {
  return 'urls' in what ? what.urls : []
}

function tagsOf({ what }: PurgeBatch): readonly string[] {
  return 'tags' in what ? what.tags : []
}

function tags(site: number, count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, index) => `${site}-${first + index}`)
}

/** Asks of a few sites for a few URLs or tags, some urgent, a few for all. */
const wishes = fc.array(
  fc.record({
    site: fc.nat(4),
    from: fc.nat(300),
    count: fc.nat(250),
    ofTags: fc.boolean(),
    urgent: fc.boolean(),
    everything: fc.integer({ min: 0, max: 9 }).map(n => n === 0),
  }),
  { maxLength: 30 },
)
const asks = wishes.map(all =>
  all.map(({ site, from, count, ofTags, urgent, everything }, index) => {
    const named = everything || ofTags ? [] : urls(site, count, from)
    return ask(index, site, named, { urgent, everything, ...(ofTags && !everything ? { tags: tags(site, count, from) } : {}) })
  }),
)

describe('what waits for the CDN', () => {
  it('is taken out whole: every URL and tag that was asked for is in a batch, or all of its site is, and whoever asked is named', () => {
    fc.assert(
      fc.property(asks, all => {
        const queue = new PurgeQueue(pro, 0)
        for (const each of all) queue.add(each)
        const batches = drain(queue)
        for (const { id, place, urls, tags = [], everything } of all) {
          const own = batches.filter(batch => batch.zone === place.zone)
          const whole = own.some(({ what, ids }) => 'hosts' in what && ids.includes(id))
          const sent = new Set(own.filter(({ ids }) => ids.includes(id)).flatMap(batch => [...urlsOf(batch), ...tagsOf(batch)]))
          assert.ok(whole || (!everything && [...urls, ...tags].every(name => sent.has(name))))
        }
      }),
    )
  })

  it('names each URL once, however many want it, and tells all of them', () => {
    const queue = new PurgeQueue(pro, 0)
    queue.add(ask(1, 1, urls(1, 3)))
    queue.add(ask(2, 1, urls(1, 3), { urgent: true }))
    const [batch, ...more] = drain(queue)
    assert.deepEqual(more, [])
    assert.ok(batch)
    assert.deepEqual(urlsOf(batch), urls(1, 3))
    assert.deepEqual(batch.ids, [1, 2])
  })

  it('never leaves faster than the account may ask', () => {
    const urlRate = { perSecond: 10, burst: 20 }
    const limits: CdnLimits = { urls: urlRate, wide: { perSecond: 1, burst: 2 }, requests: { perSecond: 2, burst: 3 }, operations: 7 }
    fc.assert(
      fc.property(asks, wanted => {
        const queue = new PurgeQueue(limits, 0)
        for (const each of wanted) queue.add({ ...each, urls: each.urls.slice(0, 40), tags: (each.tags ?? []).slice(0, 40) })
        let sent = 0
        let wide = 0
        for (const [index, batch] of drain(queue).entries()) {
          assert.ok(index + 1 <= 3 + (2 * batch.at) / 1_000 + 1e-6, `${index + 1} requests after ${batch.at} ms`)
          if ('urls' in batch.what) sent += batch.what.urls.length
          else wide += 1
          assert.ok([...urlsOf(batch), ...tagsOf(batch)].length <= limits.operations)
          assert.ok(sent <= 20 + (10 * batch.at) / 1_000 + 1e-6, `${sent} URLs after ${batch.at} ms`)
          assert.ok(wide <= 2 + batch.at / 1_000 + 1e-6, `${wide} wide ones after ${batch.at} ms`)
        }
      }),
    )
  })

  it('goes in as few requests as there can be, however slowly it may go', () => {
    const queue = new PurgeQueue(cloudflareLimits.free, 0)
    for (let site = 1; site <= 20; site += 1) queue.add(ask(site, site, urls(site, 2_800)))
    assert.equal(drain(queue).length, 560)
  })

  it('goes twice a second for a site that wants something all the time', () => {
    const queue = new PurgeQueue(pro, 0)
    let requests = 0
    for (let now = 0; now < 10_000; now += 10) {
      queue.add(ask(now, 1, urls(1, 1, now), { urgent: now % 20 === 0, everything: now % 1_000 === 990 }))
      while (typeof queue.next(now) === 'object') requests += 1
    }
    assert.ok(requests >= 19 && requests <= 20, String(requests))
  })

  it('gives each site its turn: one with a hundred times as much holds no other up', () => {
    const queue = new PurgeQueue(pro, 0)
    queue.add(ask(0, 0, urls(0, 2_900), { urgent: true }))
    for (let site = 1; site <= 20; site += 1) queue.add(ask(site, site, urls(site, 4), { urgent: true }))
    const order = drain(queue).map(({ zone }) => zone)
    assert.ok(order.lastIndexOf('zone 20') <= 21, order.slice(0, 25).join())
  })

  it('takes what is urgent first, and the rest in between all the same', () => {
    const queue = new PurgeQueue(pro, 0)
    for (let site = 1; site <= 20; site += 1) queue.add(ask(site, site, urls(site, 100), { urgent: true }))
    queue.add(ask(21, 21, urls(21, 1)))
    const order = drain(queue).map(({ zone }) => zone)
    assert.equal(order.indexOf('zone 21'), 3)
  })

  it('goes no later for usual tags but for the requests that they take, and waits for none of their limit', () => {
    fc.assert(
      fc.property(
        asks,
        fc.array(fc.record({ site: fc.nat(20), count: fc.integer({ min: 1, max: 250 }) }), { maxLength: 40 }),
        (all, more) => {
          const bare = new PurgeQueue(pro, 0)
          const tagged = new PurgeQueue(pro, 0)
          for (const [index, { site, count }] of more.entries())
            tagged.add(ask(1_000 + index, 100 + site, [], { tags: tags(site, count), urgent: false }))
          const wanted = all.map(each => (each.urgent ? each : { ...each, tags: [] }))
          for (const each of wanted) for (const queue of [bare, tagged]) queue.add(each)
          const without = drain(bare)
          const batches = drain(tagged)
          for (const { id } of wanted) {
            const end = (among: typeof batches): number => Math.max(0, ...among.filter(({ ids }) => ids.includes(id)).map(({ at }) => at))
            // A usual tag takes one request of the 180 in a second, and one of the five in a second that the reserve leaves.
            assert.ok(end(batches) <= end(without) + 1_000 + 6 * batches.length, `${end(batches)} ms instead of ${end(without)}`)
          }
        },
      ),
    )
  })

  it('keeps most of what may be asked for at once for whoever wants all of a site, or hides something', () => {
    const queue = new PurgeQueue(cloudflareLimits.free, 0)
    for (let site = 1; site <= 100; site += 1) queue.add(ask(site, site, [], { tags: tags(site, 5) }))
    for (let now = 0; now < 5_000; now += 100) queue.next(now)
    queue.add(ask(200, 200, [], { everything: true }))
    queue.add(ask(201, 201, [], { tags: tags(201, 1), urgent: true }))
    const next = [queue.next(5_000), queue.next(5_000)].map(batch => (typeof batch === 'object' ? batch.zone : batch))
    assert.deepEqual(next, ['zone 200', 'zone 201'])
  })

  it('puts together what tags a site wants for some seconds, and what is urgent goes meanwhile', () => {
    const queue = new PurgeQueue(pro, 0)
    const at: number[] = []
    for (let now = 0; now < 10_000; now += 100) {
      queue.add(ask(now, 1, [], { tags: tags(1, 1, now) }))
      if (now === 2_000) queue.add(ask(1, 1, [], { tags: tags(1, 1, 20_000), urgent: true }))
      for (let next = queue.next(now); typeof next === 'object'; next = queue.next(now)) at.push(now)
    }
    assert.deepEqual(at, [0, 2_000, 5_000])
  })

  it('sends no tags while it is held, and URLs all the same', () => {
    const queue = new PurgeQueue(pro, 0)
    const release = queue.holdWide()
    queue.add(ask(1, 1, [], { tags: tags(1, 1), urgent: true }))
    assert.equal(queue.next(0), undefined)
    queue.add(ask(2, 1, urls(1, 1)))
    const some = queue.next(0)
    assert.ok(typeof some === 'object' && 'urls' in some.what)
    release()
    assert.deepEqual(drain(queue).map(tagsOf), [tags(1, 1)])
  })

  it('names an ask once that comes back in parts', () => {
    const queue = new PurgeQueue(pro, 0)
    for (let times = 0; times < 3; times += 1) {
      queue.add(ask(1, 1, urls(1, 30)))
      queue.add(ask(1, 1, urls(1, 30, 20)))
    }
    const [batch, ...more] = drain(queue)
    assert.deepEqual([batch?.ids, more], [[1], []])
  })

  it('is of the place at which the site was when it was asked for', () => {
    const queue = new PurgeQueue(pro, 0)
    const moved = { zone: 'zone 2', hosts: ['2.example'] }
    queue.add(ask(1, 1, urls(1, 3)))
    queue.add(ask(2, 1, [], { everything: true, place: moved }))
    queue.add(ask(1, 1, urls(1, 3)))
    const batches = drain(queue).map(({ zone, what, ids }) => ({ zone, what, ids }))
    assert.deepEqual(batches, [
      { zone: 'zone 2', what: { hosts: ['2.example'] }, ids: [2] },
      { zone: 'zone 1', what: { urls: urls(1, 3) }, ids: [1] },
    ])
  })

  it('purges all of a site in a folder by what its addresses begin with: its neighbours’ pages stay', () => {
    const queue = new PurgeQueue(pro, 0)
    const place = { zone: 'zone', hosts: ['a.example', 'www.a.example'] }
    queue.add(ask(1, 1, [], { everything: true, place: { ...place, folder: '/blog/' } }))
    queue.add(ask(2, 1, [], { everything: true, place }))
    assert.deepEqual(
      drain(queue).map(({ what }) => what),
      [{ prefixes: ['a.example/blog/', 'www.a.example/blog/'] }, { hosts: ['a.example', 'www.a.example'] }],
    )
  })

  it('purges all of a site where it wants more than is worth naming, and tells whoever wanted a part', () => {
    const queue = new PurgeQueue(pro, 0)
    queue.add(ask(1, 1, urls(1, 10)))
    queue.add(ask(2, 1, urls(1, 3_000, 100)))
    queue.add(ask(3, 1, urls(1, 1)))
    const [batch, ...more] = drain(queue)
    assert.deepEqual(more, [])
    assert.deepEqual(batch?.what, { hosts: ['1.example'] })
    assert.deepEqual(batch.ids, [1, 2, 3])
  })
})
