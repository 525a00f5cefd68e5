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

/** Asks of a few sites for a few URLs, some urgent, a few for all. */
const asks = fc.array(
  fc.record({
    site: fc.nat(4),
    from: fc.nat(300),
    count: fc.nat(250),
    urgent: fc.boolean(),
    everything: fc.integer({ min: 0, max: 9 }).map(n => n === 0),
  }),
  { maxLength: 30 },
)

describe('what waits for the CDN', () => {
  it('is taken out whole: every URL that was asked for is in a batch, or all of its site is', () => {
    fc.assert(
      fc.property(asks, wanted => {
        const queue = new PurgeQueue(pro, 0)
        const all = wanted.map(({ site, from, count, urgent, everything }, index) =>
          ask(index, site, everything ? [] : urls(site, count, from), { urgent, everything }),
        )
        for (const each of all) queue.add(each)
        const batches = drain(queue)
        for (const { place, urls, everything } of all) {
          const own = batches.filter(batch => batch.zone === place.zone)
          const whole = own.some(({ what }) => 'hosts' in what)
          const sent = new Set(own.flatMap(urlsOf))
          assert.ok(whole || (!everything && urls.every(url => sent.has(url))))
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
        for (const [index, { site, from, count, urgent, everything }] of wanted.entries())
          queue.add(ask(index, site, everything ? [] : urls(site, Math.min(count, 40), from), { urgent, everything }))
        let sent = 0
        let wide = 0
        for (const [index, batch] of drain(queue).entries()) {
          assert.ok(index + 1 <= 3 + (2 * batch.at) / 1_000 + 1e-6, `${index + 1} requests after ${batch.at} ms`)
          if ('urls' in batch.what) sent += batch.what.urls.length
          else wide += 1
          assert.ok(urlsOf(batch).length <= limits.operations)
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
