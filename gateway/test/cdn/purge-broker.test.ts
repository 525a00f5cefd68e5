import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PurgeBroker } from '../../src/cdn/purge-broker.ts'
import { cloudflareLimits } from '../../src/domain/cdn-limits.ts'
import type { PurgeOutcome } from '../../src/ports/purge-desk.ts'
import type { PurgeWhat } from '../../src/domain/site-purges.ts'
import type { Cdn, CdnAnswer } from '../../src/ports/cdn.ts'
import { ManualClock } from '../link/manual-clock.ts'

/** A CDN that answers when the test says so. */
function handCdn() {
  const requests: { readonly zone: string; readonly what: PurgeWhat; readonly answer: (answer: CdnAnswer | Error) => Promise<void> }[] = []
  const cdn: Cdn = {
    limits: cloudflareLimits.pro,
    purge: (zone, what) =>
      new Promise((resolve, reject) => {
        const answer = async (said: CdnAnswer | Error): Promise<void> => {
          if (said instanceof Error) reject(said)
          else resolve(said)
          await turn()
        }
        requests.push({ zone, what, answer })
      }),
  }
  return { cdn, requests }
}

async function turn(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
}

function start() {
  const { cdn, requests } = handCdn()
  const clock = new ManualClock()
  const broker = new PurgeBroker({ cdn, clock })
  const outcomes: PurgeOutcome[] = []
  const delays: string[] = []
  const want = (urls: readonly string[], everything = false): void => {
    const place = { zone: 'zone', hosts: ['a.example'] }
    const delayed = (code: string): void => void delays.push(code)
    void broker.purge({ siteId: 'site', place, urls, everything, urgent: false }, delayed).then(outcome => outcomes.push(outcome))
  }
  return { broker, clock, requests, outcomes, delays, want }
}

const purged = { outcome: 'purged' } as const
const page = 'https://a.example/'

describe('the broker', () => {
  it('says that a purge is done when all of it is, and not before', async () => {
    const { want, requests, outcomes, clock } = start()
    want(Array.from({ length: 150 }, (_, index) => `${page}${index}`))
    clock.advance(500)
    assert.equal(requests.length, 2)
    await requests[0]?.answer(purged)
    assert.deepEqual(outcomes, [])
    await requests[1]?.answer(purged)
    assert.deepEqual(outcomes, [purged])
  })

  it('asks again for a URL that is wanted after its purge had left', async () => {
    const { want, requests, outcomes, clock } = start()
    want([page])
    want([page])
    clock.advance(500)
    assert.equal(requests.length, 2)
    await requests[0]?.answer(purged)
    assert.equal(outcomes.length, 1)
    await requests[1]?.answer(purged)
    assert.equal(outcomes.length, 2)
  })

  it('waits as long as the CDN says, with all of the account', async () => {
    const { want, requests, outcomes, delays, clock } = start()
    want([page])
    await requests[0]?.answer({ outcome: 'limited', afterMs: 12_000 })
    want([`${page}other`])
    clock.advance(11_999)
    assert.equal(requests.length, 1)
    clock.advance(1)
    assert.deepEqual(requests[1]?.what, { urls: [page, `${page}other`] })
    await requests[1].answer(purged)
    assert.deepEqual(outcomes, [purged, purged])
    assert.deepEqual(delays, ['rate.limited'])
  })

  it('goes on with URLs where the CDN has had too many tags, and asks for those again in time', async () => {
    const { broker, want, requests, outcomes, clock } = start()
    const place = { zone: 'zone', hosts: ['a.example'] }
    void broker
      .purge({ siteId: 'site', place, urls: [], tags: ['t1', 't1', 't2'], everything: false, urgent: true })
      .then(said => outcomes.push(said))
    assert.deepEqual(requests[0]?.what, { tags: ['t1', 't2'] })
    await requests[0].answer({ outcome: 'limited', afterMs: 12_000 })
    want([page])
    await requests[1]?.answer(purged)
    assert.deepEqual(outcomes, [purged])
    clock.advance(11_999)
    assert.equal(requests.length, 2)
    clock.advance(1)
    assert.deepEqual(requests[2]?.what, { tags: ['t1', 't2'] })
    await requests[2].answer(purged)
    assert.deepEqual(outcomes, [purged, purged])
  })

  it('tries again what the CDN could not do, ever more seldom, and gives up after ten minutes', async () => {
    const { want, requests, outcomes, delays, clock } = start()
    want([page])
    const began = clock.now()
    for (let tries = 0; tries < 100 && outcomes.length === 0; tries += 1) {
      await requests.at(-1)?.answer({ outcome: 'failed', code: 'cdn.unavailable', again: true })
      clock.advance(30_000)
    }
    assert.deepEqual(outcomes, [{ outcome: 'failed', code: 'cdn.unavailable' }])
    assert.ok(clock.now() - began <= 11 * 60_000)
    assert.deepEqual(delays, ['cdn.unavailable'])
  })

  it('tries again where the CDN’s client breaks, and goes on', async () => {
    const { want, requests, outcomes, clock } = start()
    want([page])
    await requests[0]?.answer(new TypeError('terminated'))
    clock.advance(30_000)
    await requests[1]?.answer(purged)
    assert.deepEqual(outcomes, [purged])
  })

  it('holds each URL once however long the CDN fails with it', async () => {
    const { want, requests, outcomes, clock } = start()
    want(Array.from({ length: 150 }, (_, index) => `${page}${index}`))
    want(Array.from({ length: 70 }, (_, index) => `${page}${index + 100}`))
    for (let answered = 0; outcomes.length < 2; clock.advance(1_000)) {
      const fresh = requests.slice(answered)
      answered = requests.length
      // The last first, so that parts of one ask meet in one request.
      for (const { answer } of fresh.toReversed()) await answer({ outcome: 'failed', code: 'cdn.unavailable', again: true })
    }
    const givenUp = { outcome: 'failed', code: 'cdn.unavailable' } as const
    assert.deepEqual(outcomes, [givenUp, givenUp])
    assert.ok(requests.every(({ what }) => 'urls' in what && new Set(what.urls).size === what.urls.length))
  })

  it('takes no more than it has memory for, and has room again where all of a site stands for it', async () => {
    const { broker, requests, clock } = start()
    const codes: string[] = []
    const want = (site: number, count: number): void => {
      const urls = Array.from({ length: count }, (_, index) => `https://${site}.example/${'x'.repeat(2_000)}${index}`)
      const ask = {
        siteId: `${site}`,
        place: { zone: `${site}`, hosts: [`${site}.example`] },
        urls,
        everything: count === 0,
        urgent: false,
      }
      void broker.purge(ask).then(said => codes.push(said.outcome === 'failed' ? said.code : said.outcome))
    }
    for (let site = 0; site < 15; site += 1) want(site, 2_000)
    await turn()
    assert.deepEqual(codes, ['rate.limited'])
    want(0, 0)
    want(14, 2_000)
    want(15, 2_000)
    await turn()
    assert.deepEqual(codes, ['rate.limited', 'rate.limited'])
    clock.advance(500)
    await requests.find(({ what }) => 'hosts' in what)?.answer(purged)
    assert.equal(codes.filter(code => code === 'purged').length, 2)
  })

  it('goes on in time where the clock is set back while it waits', async () => {
    const { want, requests, clock } = start()
    want([page])
    await requests[0]?.answer({ outcome: 'limited', afterMs: 12_000 })
    clock.set(-3_600_000)
    clock.advance(12_100)
    assert.equal(requests.length, 2)
  })

  it('gives up at once what the CDN will never do', async () => {
    const { want, requests, outcomes } = start()
    want([page])
    await requests[0]?.answer({ outcome: 'failed', code: 'cdn.denied', again: false })
    assert.deepEqual(outcomes, [{ outcome: 'failed', code: 'cdn.denied' }])
    assert.equal(requests.length, 1)
  })

  it('tells whoever still waits when it is closed', async () => {
    const { broker, want, outcomes } = start()
    want([page])
    broker.close()
    await turn()
    want([page])
    await turn()
    const told = { outcome: 'failed', code: 'gateway.draining' } as const
    assert.deepEqual(outcomes, [told, told])
  })
})
