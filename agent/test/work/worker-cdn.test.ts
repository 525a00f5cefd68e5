import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { parseCdnAsk, type CdnAnswer, type CdnAsk } from '../../src/domain/cdn-message.ts'
import type { CdnWish } from '../../src/domain/cdn-queue.ts'
import type { CdnState } from '../../src/domain/cdn-verdict.ts'
import type { CdnPurges } from '../../src/ports/cdn-purges.ts'
import type { SiteCdn } from '../../src/ports/site-cdn.ts'
import { hostCdn } from '../../src/work/host-cdn.ts'
import { workerCdn } from '../../src/work/worker-cdn.ts'

const site = 'https://shop.example'
const page = `${site}/`

/** A desk that notes what it is told. */
class Desk implements CdnPurges {
  readonly wishes: CdnWish[] = []
  readonly asked: (readonly [jobId: string, withinMs: number])[] = []
  fails: PlatenError | undefined
  want = (wish: CdnWish): void => {
    if (this.fails) throw this.fails
    this.wishes.push(wish)
  }
  outcome = async (jobId: string, withinMs: number): Promise<CdnState> => {
    this.asked.push([jobId, withinMs])
    return { outcome: 'failed', code: 'cdn.denied' }
  }
  leave = (): void => {}
}

/** A worker's end and the main process's, with the line between them. */
function connected(cdn: CdnPurges | undefined, kind = 'cache.purge'): SiteCdn {
  const answer = (told: CdnAnswer): void => host.take(JSON.parse(JSON.stringify(told)) as CdnAnswer)
  const main = workerCdn({ cdn, order: { jobId: 'job', kind }, site }, answer)
  const host = hostCdn(ask => {
    const heard = parseCdnAsk(JSON.parse(JSON.stringify(ask)) as Record<string, unknown>)
    if (heard) main(heard)
  }, new AbortController().signal)
  return host.cdn
}

describe('a worker that has the CDN purged', () => {
  it('names pages or everything, and hears what became of that', async () => {
    const desk = new Desk()
    const cdn = connected(desk)
    await cdn.want({ urls: [page] }, true)
    await cdn.want({ everything: true }, false)
    assert.deepEqual(desk.wishes, [
      { jobId: 'job', what: { urls: [page] }, urgent: true },
      { jobId: 'job', what: { everything: true }, urgent: false },
    ])
    assert.deepEqual(await cdn.outcome(200), { outcome: 'failed', code: 'cdn.denied' })
    await cdn.outcome(3_600_000)
    assert.deepEqual(desk.asked, [
      ['job', 200],
      ['job', 5_000],
    ])
  })

  it('names tags, as many as may wait', async () => {
    const desk = new Desk()
    const cdn = connected(desk)
    await cdn.want({ tags: ['0a1b2c3d'] }, true)
    assert.deepEqual(desk.wishes, [{ jobId: 'job', what: { tags: ['0a1b2c3d'] }, urgent: true }])
    const ask = (tags: unknown) => parseCdnAsk({ type: 'cdn.want', id: 1, what: { tags }, urgent: true })
    for (const tags of [[], ['0A1B2C3D'], ['x'], 'x', Array.from({ length: 301 }, () => '0a1b2c3d')]) assert.equal(ask(tags), undefined)
  })

  it('names as many pages as fit a message, and everything where they are more than may wait', async () => {
    const desk = new Desk()
    const cdn = connected(desk)
    const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `${page}${index}`)
    await cdn.want({ urls: many(2_500) }, false)
    await cdn.want({ urls: many(3_001) }, false)
    await cdn.want({ urls: [] }, false)
    assert.deepEqual(
      desk.wishes.map(({ what }) => ('urls' in what ? what.urls.length : 'everything')),
      [2_000, 500, 'everything'],
    )
  })

  it('learns why something could not be done', async () => {
    const desk = new Desk()
    desk.fails = new PlatenError('disk.full')
    await assert.rejects(connected(desk).want({ urls: [page] }, false), { code: 'disk.full' })
  })

  it('finds no CDN where there is no gateway', async () => {
    const cdn = connected(undefined)
    await cdn.want({ urls: [page] }, false)
    assert.deepEqual(await cdn.outcome(5_000), { outcome: 'absent' })
  })
})

describe('a worker that may have been taken over', () => {
  it('has nothing purged in another kind’s job, and no page of another site', async () => {
    const desk = new Desk()
    await assert.rejects(connected(desk, 'images.optimize').want({ everything: true }, true), { code: 'policy.denied' })
    await assert.rejects(connected(desk).want({ urls: [page, 'https://other.example/'] }, true), { code: 'url.foreign' })
    await assert.rejects(connected(desk).want({ urls: ['https://user:password@shop.example/'] }, true), { code: 'url.invalid' })
    assert.deepEqual(desk.wishes, [])
  })

  it('is heard only as far as its questions are such', () => {
    const good = { type: 'cdn.want', id: 1, what: { urls: [page] }, urgent: true }
    assert.deepEqual(parseCdnAsk({ ...good, more: 1 }), good)
    for (const wrong of [
      { ...good, id: '1' },
      { ...good, urgent: 1 },
      { ...good, what: undefined },
      { ...good, what: { urls: [] } },
      { ...good, what: { everything: 1 } },
      { ...good, what: { urls: ['file:///etc/passwd'] } },
      { ...good, what: { urls: Array.from({ length: 2_001 }, () => page) } },
      { type: 'cdn.outcome', id: 1 },
      { type: 'cdn.outcome', id: 1, withinMs: -1 },
      { type: 'cdn.drop', id: 1 },
    ])
      assert.equal(parseCdnAsk(wrong), undefined, JSON.stringify(wrong).slice(0, 100))
  })

  it('is cut when it goes on asking for ever', () => {
    const ask: CdnAsk = { type: 'cdn.outcome', id: 1, withinMs: 0 }
    const main = workerCdn({ cdn: undefined, order: { jobId: 'job', kind: 'cache.purge' }, site }, () => {})
    assert.equal(Array.from({ length: 20_000 }, () => main(ask)).every(Boolean), true)
    assert.equal(main(ask), false)
  })
})
