import assert from 'node:assert/strict'
import { join } from 'node:path'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { PlatenError, type GatewayFrame } from '@platen/protocol'
import type { CdnRequest } from '../../src/domain/cdn-queue.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import type { Journal } from '../../src/ports/journal.ts'
import { CdnDesk } from '../../src/work/cdn-desk.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { tempFolder } from '../support/temp-folder.ts'

type Outcome = Extract<GatewayFrame, { type: 'cdn.outcome' }>

const page = 'https://shop.example/'
const log = { info: () => {}, warn: () => {}, error: () => {} }
const pages = (count: number): string[] => Array.from({ length: count }, (_, index) => `${page}${index}`)

/** A desk with its journal on disk, and a gateway that a test plays. */
class DeskBench {
  readonly clock = new ManualClock()
  readonly #file: string
  journal: Journal
  desk: CdnDesk
  woken = 0
  takesTags = true
  readonly switched: boolean[] = []
  #detach: () => void = () => {}

  constructor(test: TestContext) {
    this.#file = join(tempFolder(test), 'journal.db')
    this.journal = this.#open()
    this.desk = this.#make()
    test.after(() => this.journal.close())
  }

  /** The agent is started again, after a kill. */
  restart(): void {
    this.journal.close()
    this.journal = this.#open()
    this.desk = this.#make()
  }

  connect(): void {
    this.#detach = this.desk.attach(() => (this.woken += 1), this.takesTags)
  }
  cut(): void {
    this.#detach()
  }

  want(jobId: string, what: readonly string[] | 'everything' = [page], urgent = false): void {
    this.desk.want({ jobId, what: what === 'everything' ? { everything: true } : { urls: what }, urgent })
  }

  wantTags(tags: readonly string[], urgent = false): void {
    this.desk.want({ jobId: 'job', what: { tags }, urgent })
  }

  /** All that the gateway is sent now. */
  sent(): CdnRequest[] {
    const all: CdnRequest[] = []
    for (let next = this.desk.next(); next; next = this.desk.next()) all.push(next)
    return all
  }

  say({ id: purgeId }: CdnRequest, outcome: Outcome['outcome'], code?: string): void {
    this.desk.take({ type: 'cdn.outcome', purgeId, outcome, ...(code === undefined ? {} : { code }) })
  }

  /** The gateway does, or says, the same of all that it is sent. */
  answer(outcome: Outcome['outcome'], code?: string): void {
    for (const request of this.sent()) this.say(request, outcome, code)
  }

  noted(jobId: string): readonly string[] {
    return this.journal.followUps.of(jobId).map(({ at: _at, ...said }) => JSON.stringify(said))
  }

  #open(): Journal {
    return openJournal(this.#file, { now: () => this.clock.now() })
  }
  #make(): CdnDesk {
    return new CdnDesk({ journal: this.journal, clock: this.clock, log, switchTags: isOn => void this.switched.push(isOn) })
  }
}

let bench: DeskBench

beforeEach(context => {
  bench = new DeskBench(context as TestContext)
})

describe('a job that wants pages purged at the CDN', () => {
  it('hears that they are, as soon as the last of them is', async () => {
    bench.connect()
    bench.want('job', pages(250))
    const heard = bench.desk.outcome('job', 5_000)
    const [first, second] = bench.sent()
    bench.say(first ?? assert.fail(), 'purged')
    assert.equal(bench.clock.waiting, 1)
    bench.say(second ?? assert.fail(), 'purged')
    assert.deepEqual(await heard, { outcome: 'purged' })
    bench.desk.leave('job')
    assert.deepEqual([bench.noted('job'), bench.clock.waiting], [[], 0])
  })

  it('hears that the site is at no CDN', async () => {
    bench.connect()
    bench.want('job')
    bench.answer('absent')
    assert.deepEqual(await bench.desk.outcome('job', 5_000), { outcome: 'absent' })
  })

  it('hears the reason where a part of it failed', async () => {
    bench.connect()
    bench.want('job', pages(250))
    const [first, second] = bench.sent()
    bench.say(first ?? assert.fail(), 'failed', 'cdn.denied')
    bench.say(second ?? assert.fail(), 'purged')
    assert.deepEqual(await bench.desk.outcome('job', 0), { outcome: 'failed', code: 'cdn.denied' })
  })

  it('waits no longer than it wants to for a slow CDN', async () => {
    bench.connect()
    bench.want('job')
    bench.sent()
    const heard = bench.desk.outcome('job', 5_000)
    bench.clock.advance(5_000)
    assert.deepEqual(await heard, { outcome: 'pending', code: 'cdn.unavailable' })
  })

  it('hears why the CDN takes its time, where the gateway knows', async () => {
    bench.connect()
    bench.want('job')
    bench.answer('delayed', 'rate.limited')
    const heard = bench.desk.outcome('job', 200)
    bench.clock.advance(200)
    assert.deepEqual(await heard, { outcome: 'pending', code: 'rate.limited' })
  })

  it('does not wait for a gateway that is away, or goes away', async () => {
    bench.want('job')
    assert.deepEqual(await bench.desk.outcome('job', 5_000), { outcome: 'pending', code: 'gateway.unreachable' })
    bench.connect()
    const heard = bench.desk.outcome('job', 5_000)
    bench.cut()
    assert.deepEqual(await heard, { outcome: 'pending', code: 'gateway.unreachable' })
  })

  it('hears no code that this build does not know', async () => {
    bench.connect()
    bench.want('job')
    bench.answer('failed', 'cdn.of_the_future')
    assert.deepEqual(await bench.desk.outcome('job', 0), { outcome: 'failed', code: 'cdn.refused' })
  })
})

describe('the CDN’s word where the journal refuses for a moment', () => {
  const refuse = (): never => {
    throw new PlatenError('store.unavailable')
  }

  it('is heard by the job all the same, whatever was refused', async test => {
    bench.connect()
    bench.want('job')
    const refused = [
      test.mock.method(bench.journal, 'set', refuse),
      test.mock.method(bench.journal.cdn, 'isOpen', refuse),
      test.mock.method(bench.journal, 'get', refuse),
    ]
    bench.answer('purged')
    for (const { mock } of refused) mock.restore()
    bench.clock.advance(5_000)
    assert.deepEqual(await bench.desk.outcome('job', 0), { outcome: 'purged' })
    bench.desk.leave('job')
    assert.deepEqual([bench.noted('job'), bench.clock.waiting], [[], 0])
  })

  for (const part of ['set', 'isOpen'] as const) {
    it(`is noted of a job that ends meanwhile, and whether there is a CDN with it, where ${part} was refused`, async test => {
      bench.connect()
      bench.want('job')
      const heard = bench.desk.outcome('job', 5_000)
      const refused = part === 'set' ? test.mock.method(bench.journal, part, refuse) : test.mock.method(bench.journal.cdn, part, refuse)
      bench.answer('purged')
      refused.mock.restore()
      bench.desk.leave('job')
      bench.clock.advance(5_000)
      await heard
      assert.deepEqual(bench.noted('job'), ['{"outcome":"purged","jobId":"job","layer":"cdn"}'])
      bench.restart()
      assert.deepEqual(await bench.desk.outcome('idle', 0), { outcome: 'kept' })
    })
  }

  it('wakes the job that waits for it, and is not noted where that has heard it before the journal was well', async test => {
    bench.connect()
    bench.want('job')
    const heard = bench.desk.outcome('job', 60_000)
    const refused = test.mock.method(bench.journal.cdn, 'isOpen', refuse)
    bench.answer('purged')
    refused.mock.restore()
    assert.deepEqual(await bench.desk.outcome('job', 0), { outcome: 'purged' })
    bench.clock.advance(5_000)
    assert.deepEqual(await heard, { outcome: 'purged' })
    bench.desk.leave('job')
    assert.deepEqual([bench.noted('job'), bench.clock.waiting], [[], 0])
  })
})

describe('a site of which the gateway said that it is at no CDN', () => {
  beforeEach(() => {
    bench.connect()
    bench.want('before')
    bench.answer('absent')
    bench.desk.leave('before')
    bench.cut()
  })

  it('has none while the gateway is away, and is asked for all the same when it is back', async () => {
    bench.restart()
    bench.want('job')
    assert.deepEqual(await bench.desk.outcome('job', 5_000), { outcome: 'absent' })
    bench.desk.leave('job')
    bench.connect()
    assert.equal(bench.sent().length, 1)
  })

  it('has nothing noted that everybody knows, but that it has got one meanwhile', () => {
    for (const outcome of ['absent', 'purged'] as const) {
      bench.want(outcome)
      bench.desk.leave(outcome)
      bench.connect()
      bench.answer(outcome)
      bench.cut()
    }
    assert.deepEqual([bench.noted('absent'), bench.noted('purged')], [[], ['{"outcome":"purged","jobId":"purged","layer":"cdn"}']])
  })

  it('tells a job that wanted nothing whether there is one', async () => {
    assert.deepEqual(await bench.desk.outcome('idle', 0), { outcome: 'absent' })
    bench.connect()
    bench.want('job')
    bench.answer('purged')
    assert.deepEqual(await bench.desk.outcome('idle', 0), { outcome: 'kept' })
  })
})

describe('a job that ended before the CDN’s word came', () => {
  it('has it noted when it comes, once and with its time', async () => {
    bench.want('job', pages(250))
    await bench.desk.outcome('job', 5_000)
    bench.desk.leave('job')
    bench.connect()
    bench.clock.advance(60_000)
    const [first, second] = bench.sent()
    bench.say(first ?? assert.fail(), 'failed', 'cdn.denied')
    assert.deepEqual(bench.noted('job'), [])
    bench.say(second ?? assert.fail(), 'purged')
    const at = bench.clock.now()
    assert.deepEqual(bench.journal.followUps.of('job'), [{ outcome: 'failed', code: 'cdn.denied', jobId: 'job', layer: 'cdn', at }])
  })

  it('has it noted where it came between the job’s last question and its end', async () => {
    bench.want('job')
    await bench.desk.outcome('job', 5_000)
    bench.connect()
    bench.answer('purged')
    bench.desk.leave('job')
    assert.equal(bench.noted('job').length, 1)
  })

  it('has it noted although the agent was killed meanwhile, more than once', () => {
    bench.want('job', pages(250))
    bench.restart()
    bench.connect()
    const [first] = bench.sent()
    bench.say(first ?? assert.fail(), 'purged')
    bench.restart()
    bench.connect()
    const again = bench.sent()
    assert.equal(again.length, 1)
    bench.say(again[0] ?? assert.fail(), 'purged')
    assert.equal(bench.noted('job').length, 1)
  })

  it('has nothing noted that it has heard itself', async () => {
    bench.connect()
    bench.want('job')
    bench.answer('purged')
    await bench.desk.outcome('job', 0)
    bench.desk.leave('job')
    assert.deepEqual(bench.noted('job'), [])
  })
})

describe('what waits for the gateway', () => {
  it('goes out again on the next connection, under the same name, until it is answered', () => {
    bench.connect()
    bench.want('job')
    const first = bench.sent()
    assert.deepEqual(bench.sent(), [])
    bench.cut()
    bench.connect()
    assert.deepEqual(bench.sent(), first)
    bench.say(first[0] ?? assert.fail(), 'purged')
    bench.cut()
    bench.connect()
    assert.deepEqual(bench.sent(), [])
  })

  it('goes out urgent ones first', () => {
    bench.want('a', [`${page}price`])
    bench.want('b', [`${page}secret`], true)
    bench.connect()
    assert.deepEqual(
      bench.sent().map(({ urgent }) => urgent),
      [true, false],
    )
  })

  it('goes out when it comes to wait on an open connection', () => {
    bench.connect()
    bench.want('job')
    assert.equal(bench.woken, 1)
  })

  it('waits with what the gateway can’t do just now, longer each time, and drops nothing', () => {
    bench.connect()
    bench.want('job')
    for (const waitMs of [7_500, 15_000]) {
      bench.answer('failed', 'rate.limited')
      bench.want('other')
      assert.deepEqual(bench.sent(), [])
      bench.clock.advance(waitMs - 1)
      assert.deepEqual(bench.sent(), [])
      bench.clock.advance(1)
    }
    bench.answer('purged')
    bench.want('job')
    bench.answer('failed', 'gateway.draining')
    bench.clock.advance(7_500)
    assert.equal(bench.sent().length, 1)
  })

  it('goes out again where it was given back unanswered, each in its turn', () => {
    bench.connect()
    const send = (): CdnRequest => bench.desk.next() ?? assert.fail()
    bench.want('a', [`${page}a`])
    const first = send()
    bench.want('b', [`${page}b`])
    const second = send()
    for (const { id } of [first, second]) bench.desk.giveBack(id)
    const turns: string[] = []
    for (let turn = 0; turn < 4; turn += 1) {
      const { id } = send()
      turns.push(id)
      bench.desk.giveBack(id)
    }
    assert.deepEqual(turns, [first.id, second.id, first.id, second.id])
  })

  it('is let go of when the disk takes it, and is not sent again meanwhile', test => {
    bench.connect()
    bench.want('job')
    bench.desk.leave('job')
    const [request = assert.fail()] = bench.sent()
    const full = test.mock.method(bench.journal.cdn, 'settle', () => {
      throw new PlatenError('disk.full')
    })
    bench.say(request, 'purged')
    assert.deepEqual([bench.sent(), bench.noted('job')], [[], []])
    full.mock.restore()
    bench.clock.advance(5_000)
    assert.deepEqual([bench.journal.cdn.isOpen('job'), bench.noted('job').length], [false, 1])
  })

  it('is not changed by words about what does not wait', () => {
    bench.connect()
    bench.want('job')
    bench.desk.take({ type: 'cdn.outcome', purgeId: 'purge_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00', outcome: 'purged' })
    assert.equal(bench.journal.cdn.isOpen('job'), true)
  })

  it('is all of the site where the journal was lost', () => {
    bench.desk.forgot()
    bench.connect()
    assert.deepEqual(
      bench.sent().map(({ what }) => what),
      [{ everything: true }],
    )
  })

  it('is refused where the disk is full, and the job hears so', test => {
    test.mock.method(bench.journal.cdn, 'add', () => {
      throw new PlatenError('disk.full')
    })
    assert.throws(() => bench.want('job'), { code: 'disk.full' })
  })
})

describe('tags at the CDN', () => {
  const whats = (): unknown[] =>
    bench.sent().map(({ what, urgent }) => [...('tags' in what ? what.tags : 'urls' in what ? what.urls : ['everything']), urgent])
  /** The gateway has said that the site is at a CDN, and takes tags. */
  const on = (): void => {
    bench.connect()
    bench.want('first')
    bench.answer('purged')
    bench.desk.leave('first')
  }

  it('are asked for only where the gateway’s last word was that it takes them, and pages are told of each word', () => {
    bench.wantTags(['t1'])
    bench.connect()
    bench.wantTags(['t1'])
    assert.deepEqual(whats(), [])
    bench.want('a')
    bench.answer('purged')
    bench.wantTags(['t2'])
    assert.deepEqual(whats(), [['t2', false]])
    bench.want('b')
    bench.answer('absent')
    bench.wantTags(['t3'])
    assert.deepEqual(bench.switched, [true, false])
    assert.deepEqual(whats(), [])
  })

  it('wait for a gateway that takes them, and pages have none meanwhile', () => {
    on()
    bench.wantTags(['t1'])
    bench.cut()
    bench.takesTags = false
    bench.connect()
    bench.want('a')
    assert.deepEqual(whats(), [[page, false]])
    bench.cut()
    bench.connect()
    bench.answer('purged')
    assert.deepEqual(bench.switched, [true, false])
    bench.takesTags = true
    bench.connect()
    assert.deepEqual(whats(), [['t1', false]])
  })

  it('go after the URLs that are as urgent, in one request at a time beside an urgent one', () => {
    on()
    bench.wantTags(['t1'])
    bench.wantTags(['t2'], true)
    bench.want('a', [`${page}a`])
    bench.want('b', [`${page}b`], true)
    const sent = bench.sent()
    assert.deepEqual(
      sent.map(({ what, urgent }) => ['tags' in what ? 'tags' : 'urls', urgent]),
      [
        ['urls', true],
        ['tags', true],
        ['urls', false],
        ['tags', false],
      ],
    )
    bench.wantTags(['t3'])
    bench.wantTags(['t4'], true)
    assert.deepEqual(whats(), [])
    bench.say(sent[3] ?? assert.fail(), 'purged')
    assert.deepEqual(whats(), [['t3', false]])
  })

  it('hold up neither a job nor what else is asked for, however long they wait or fail', async () => {
    on()
    bench.want('job', [`${page}a`])
    bench.wantTags(['t1'])
    const [urls, tags] = bench.sent()
    bench.say(tags ?? assert.fail(), 'delayed', 'rate.limited')
    bench.say(urls ?? assert.fail(), 'purged')
    assert.deepEqual(await bench.desk.outcome('job', 0), { outcome: 'purged' })
    bench.say(tags ?? assert.fail(), 'failed', 'rate.limited')
    bench.want('next', [`${page}b`])
    assert.deepEqual(whats(), [[`${page}b`, false]])
    bench.clock.advance(10_000)
    assert.deepEqual(whats(), [['t1', false]])
  })
})
