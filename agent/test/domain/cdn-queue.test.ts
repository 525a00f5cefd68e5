import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { limits } from '@platen/protocol'
import { everyPageTag } from '../../src/domain/cdn-tags.ts'
import { jobsDone, withWish, type CdnRequest, type CdnWish } from '../../src/domain/cdn-queue.ts'

const page = (name: string | number): string => `https://shop.example/${name}`
const pages = (count: number, prefix = ''): string[] => Array.from({ length: count }, (_, index) => page(`${prefix}${index}`))
const wish = (jobId: string, what: string[] | 'everything', urgent = false): CdnWish => ({
  jobId,
  what: what === 'everything' ? { everything: true } : { urls: what },
  urgent,
})

/** A queue to which wishes come. */
class Queue {
  requests: readonly CdnRequest[] = []
  readonly underWay = new Set<string>()
  #ids = 0
  want(...wishes: CdnWish[]): this {
    const rules = { newId: () => `purge_${++this.#ids}`, isUnderWay: (id: string) => this.underWay.has(id) }
    for (const one of wishes) this.requests = withWish(this.requests, one, rules)
    return this
  }
  send(): CdnRequest {
    const next = this.requests.find(({ id }) => !this.underWay.has(id)) ?? assert.fail('nothing waits')
    this.underWay.add(next.id)
    return next
  }
  settle(request: CdnRequest): readonly string[] {
    const done = jobsDone(this.requests, request)
    this.requests = this.requests.filter(other => other !== request)
    return done
  }
  get shape(): readonly (readonly [string | number, boolean, string])[] {
    return this.requests.map(({ what, urgent, jobs }) => ['urls' in what ? what.urls.length : 'everything', urgent, jobs.join(' ')])
  }
}

describe('purges that wait for the gateway', () => {
  it('are put together, each URL once', () => {
    const queue = new Queue().want(wish('a', [page(1), page(2)]), wish('b', [page(2), page(3), page(3)]))
    assert.deepEqual(queue.shape, [[3, false, 'a b']])
  })

  it('are all of them for a job, when the last is done', () => {
    const queue = new Queue().want(wish('a', pages(150)), wish('b', pages(100, 'b')))
    assert.deepEqual(queue.shape, [
      [200, false, 'a b'],
      [50, false, 'b'],
    ])
    assert.deepEqual(queue.settle(queue.send()), ['a'])
    assert.deepEqual(queue.settle(queue.send()), ['b'])
  })

  it('stay apart where some are urgent, and hurry together where the same page is', () => {
    const queue = new Queue().want(wish('a', [page(1)]), wish('b', [page(2)], true))
    assert.deepEqual(queue.shape, [
      [1, false, 'a'],
      [1, true, 'b'],
    ])
    queue.want(wish('c', [page(1)], true))
    assert.deepEqual(queue.shape, [
      [1, true, 'a c'],
      [1, true, 'b'],
    ])
  })

  it('are covered by a purge of everything, before and after it', () => {
    const queue = new Queue().want(wish('a', [page(1)], true), wish('b', 'everything'), wish('c', [page(2)]), wish('d', 'everything'))
    assert.deepEqual(queue.shape, [['everything', true, 'a b c d']])
  })

  it('become everything where they are too many, or too long, and none is dropped', () => {
    assert.deepEqual(new Queue().want(wish('a', pages(2_000)), wish('b', pages(1_001, 'b'))).shape, [['everything', false, 'a b']])
    const long = pages(600, 'x'.repeat(1_900))
    assert.deepEqual(new Queue().want(wish('a', long)).shape, [['everything', false, 'a']])
  })

  it('are asked for anew where they come after a request has left', () => {
    const queue = new Queue().want(wish('a', [page(1)]))
    queue.send()
    assert.deepEqual(queue.want(wish('b', [page(1)])).shape, [
      [1, false, 'a'],
      [1, false, 'b'],
    ])
  })

  it('have another name as soon as they are for something else, since the gateway may know the first', () => {
    const queue = new Queue().want(wish('a', [page(1)]))
    const { id } = queue.send()
    // The connection is lost, and nobody knows what the gateway did with it.
    queue.underWay.clear()
    queue.want(wish('b', [page(1)]))
    assert.deepEqual(queue.shape, [[1, false, 'a b']])
    assert.notEqual(queue.requests[0]?.id, id)
  })

  const tagged = (tags: string[], urgent = false): CdnWish => ({ jobId: 'job', what: { tags }, urgent })
  const tagsOf = (queue: Queue): unknown[] =>
    queue.requests.map(({ what, urgent, jobs }) => ['tags' in what ? what.tags : what, urgent, jobs])

  it('of tags are put together apart from pages, each once, and no job hears of them', () => {
    const queue = new Queue().want(wish('a', [page(1)]), tagged(['1', '2']), tagged(['2', '3']), tagged(['1'], true))
    assert.deepEqual(tagsOf(queue), [
      [{ urls: [page(1)] }, false, ['a']],
      [['1', '2', '3'], false, []],
      [['1'], true, []],
    ])
  })

  it('of tags have another name as soon as they are asked for again, and are not added to what has left', () => {
    const queue = new Queue().want(tagged(['1']))
    const first = queue.requests[0]?.id
    queue.want(tagged(['1']))
    assert.notEqual(queue.requests[0]?.id, first)
    queue.send()
    queue.want(tagged(['1']))
    assert.deepEqual(tagsOf(queue), [
      [['1'], false, []],
      [['1'], false, []],
    ])
  })

  it('of tags come in requests that are not too long, and are the tag of every page where they are too many', () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))
    const queue = new Queue().want(tagged(many(250)))
    assert.deepEqual(
      queue.requests.map(({ what }) => ('tags' in what ? what.tags.length : 0)),
      [100, 100, 50],
    )
    queue.want(wish('a', [page(1)]), tagged(many(301)))
    assert.deepEqual(tagsOf(queue), [
      [{ urls: [page(1)] }, false, ['a']],
      [[everyPageTag], false, []],
    ])
  })

  it('of tags are covered by everything, before and after it', () => {
    const queue = new Queue().want(tagged(['1'], true), wish('a', 'everything'))
    const { id } = queue.requests[0] ?? assert.fail()
    queue.want(tagged(['2']))
    assert.deepEqual(queue.shape, [['everything', true, 'a']])
    assert.notEqual(queue.requests[0]?.id, id)
  })

  it('remember the newest jobs of many', () => {
    const queue = new Queue().want(...Array.from({ length: 600 }, (_, index) => wish(`job${index}`, 'everything')))
    const { jobs } = queue.requests[0] ?? assert.fail()
    assert.deepEqual([jobs.length, jobs[0], jobs.at(-1)], [500, 'job100', 'job599'])
  })
})

/** What may happen to a queue. */
type Step =
  | { readonly does: 'want'; readonly what: string[] | 'everything'; readonly urgent: boolean }
  | { readonly does: 'send' | 'settle' | 'cut' }

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: fc.constant('want' as const), what: someUrls(), urgent: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ does: fc.constantFrom('send' as const, 'settle' as const, 'cut' as const) }) },
  ),
  { maxLength: 40 },
)

function someUrls(): fc.Arbitrary<string[] | 'everything'> {
  const few = fc.array(fc.integer({ min: 0, max: 30 }).map(page), { minLength: 1, maxLength: 8 })
  const many = fc.integer({ min: 1, max: 1_200 }).map(count => pages(count))
  return fc.oneof(
    { weight: 8, arbitrary: few },
    { weight: 2, arbitrary: many },
    { weight: 1, arbitrary: fc.constant('everything' as const) },
  )
}

/** What a job still waits for, and the names of requests that had left before it wanted that. */
interface Owed {
  readonly urls: Set<string>
  readonly sentBefore: ReadonlySet<string>
}

/** Plays steps, and checks after each; `owed` is by job. */
function play(history: readonly Step[], check: (queue: Queue, owed: ReadonlyMap<string, Owed>) => void): void {
  const queue = new Queue()
  const owed = new Map<string, Owed>()
  const sent = new Set<string>()
  for (const [index, step] of history.entries()) {
    if (step.does === 'want') {
      queue.want(wish(`job${index}`, step.what, step.urgent))
      owed.set(`job${index}`, { urls: new Set(step.what === 'everything' ? ['everything'] : step.what), sentBefore: new Set(sent) })
    } else if (step.does === 'cut') queue.underWay.clear()
    else if (step.does === 'send') {
      if (queue.requests.some(({ id }) => !queue.underWay.has(id))) sent.add(queue.send().id)
    } else {
      const request = queue.requests.find(({ id }) => queue.underWay.has(id))
      if (request) {
        queue.settle(request)
        for (const job of request.jobs) {
          if ('everything' in request.what) owed.delete(job)
          else if ('urls' in request.what) for (const url of request.what.urls) owed.get(job)?.urls.delete(url)
        }
      }
    }
    check(queue, owed)
  }
}

describe('whatever happens to the queue', () => {
  it('every page that a job waits for is in a request that was not sent before the job wanted it', () => {
    fc.assert(
      fc.property(steps, history =>
        play(history, ({ requests }, owed) => {
          for (const [job, { urls, sentBefore }] of owed) {
            const its = requests.filter(({ id, jobs }) => jobs.includes(job) && !sentBefore.has(id))
            const whole = its.some(({ what }) => 'everything' in what)
            const named = new Set(its.flatMap(({ what }) => ('urls' in what ? what.urls : [])))
            for (const url of urls) assert.ok(whole || named.has(url), `${job} ${url}`)
          }
        }),
      ),
    )
  })

  it('no page waits twice on one connection, and nothing beside everything', () => {
    fc.assert(
      fc.property(steps, history =>
        play(
          history.filter(({ does }) => does !== 'cut'),
          ({ requests, underWay }) => {
            const waiting = requests.filter(({ id }) => !underWay.has(id))
            const urls = waiting.flatMap(({ what }) => ('urls' in what ? what.urls : []))
            assert.equal(new Set(urls).size, urls.length)
            if (waiting.some(({ what }) => 'everything' in what)) assert.equal(waiting.length, 1)
          },
        ),
      ),
    )
  })

  it('every request fits a frame, and all of them the bound', () => {
    fc.assert(
      fc.property(steps, history =>
        play(history, ({ requests }) => {
          const urls = requests.map(({ what }) => ('urls' in what ? what.urls : []))
          for (const its of urls) assert.ok(its.length <= limits.cdn.requestUrls)
          assert.ok(urls.flat().length <= limits.cdn.waitingUrls)
          assert.ok(requests.every(({ what, jobs }) => jobs.length > 0 && (!('urls' in what) || what.urls.length > 0)))
        }),
      ),
    )
  })

  it('the same name always stands for the same', () => {
    fc.assert(
      fc.property(steps, history => {
        const known = new Map<string, string>()
        play(history, ({ requests }) => {
          for (const request of requests) {
            const said = JSON.stringify(request)
            assert.equal(known.get(request.id) ?? said, said)
            known.set(request.id, said)
          }
        })
      }),
    )
  })
})
