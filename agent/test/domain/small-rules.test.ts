import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { effectOf } from '../../src/domain/effect.ts'
import { formatNotice, formatOrder, launcherLineLength, parseNotice, parseOrder } from '../../src/domain/launcher-line.ts'
import { lineSplitter } from '../../src/domain/line-splitter.ts'
import { nextRun } from '../../src/domain/next-run.ts'
import { compareOffer } from '../../src/domain/offer.ts'
import { backoffMs } from '../../src/domain/retry.ts'
import type { Run } from '../../src/domain/run.ts'
import { parseFromWorker, type FromWorker } from '../../src/domain/worker-message.ts'
import { testKinds } from '../support/test-kinds.ts'

const [light, heavy] = testKinds
assert.ok(light && heavy)

describe('the back-off', () => {
  const bounds = { firstMs: 500, capMs: 60_000 }

  it('stays below a window that doubles up to the cap', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
        const waitMs = backoffMs(failures, bounds, random)
        assert.ok(waitMs >= 0 && waitMs <= Math.min(60_000, 500 * 2 ** Math.max(0, failures - 1)))
      }),
    )
  })

  it('uses the whole window', () => {
    assert.equal(backoffMs(3, bounds, 0), 0)
    assert.equal(backoffMs(3, bounds, 0.5), 1_000)
  })
})

describe('the launcher’s lines', () => {
  const token = 'a'.repeat(64)

  it('are read as they were written', () => {
    for (const order of [
      { verb: 'start', priority: 'back', role: 'site', token, memoryMb: 512 },
      { verb: 'stop', token },
      { verb: 'ready' },
      { verb: 'failed', code: 'site.locked' },
    ] as const) {
      assert.deepEqual(parseOrder(formatOrder(order)), order)
    }
    const notice = { token, exit: 'memory', usage: { cpuMs: 1, peakRssBytes: 2, readBytes: 3, writtenBytes: 999_999_999_999_999 } } as const
    for (const told of [notice, { token, usage: notice.usage }]) assert.deepEqual(parseNotice(formatNotice(told)), told)
    assert.ok(formatNotice(notice).length < launcherLineLength)
  })

  it('are refused in any other form', () => {
    const odd = [
      '',
      `start usual root ${token} 64`,
      `start idle site ${token} 64`,
      `start site ${token} 64`,
      `start usual site ${token}`,
      `start usual site ${token} 0512`,
      `start usual site ${token} 512 --user root`,
      `start usual site ${token.slice(1)} 512`,
      `start usual site ${token.toUpperCase()} 512`,
      `stop ${token}\u0000`,
      ' ready',
      'failed ../../x',
    ]
    for (const line of odd) assert.equal(parseOrder(line), undefined, line)
    fc.assert(fc.property(fc.string(), line => assert.ok(line === 'ready' || parseOrder(line) === undefined)))
  })
})

describe('the line splitter', () => {
  it('gives the same lines however the text is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 20 }).map(line => line.replaceAll('\n', ''))),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (lines, sizes) => {
          const split = lineSplitter(100)
          const text = lines.map(line => `${line}\n`).join('')
          const found: string[] = []
          for (let at = 0, piece = 0; at < text.length; piece += 1) {
            const size = sizes[piece % Math.max(1, sizes.length)] ?? 5
            found.push(...(split(text.slice(at, at + size)) ?? assert.fail('too long')))
            at += size
          }
          assert.deepEqual(found, lines)
        },
      ),
    )
  })

  it('gives up on a line over its bound, with or without an end', () => {
    assert.equal(lineSplitter(5)('123456'), undefined)
    assert.equal(lineSplitter(5)('1\n123456\n'), undefined)
    assert.deepEqual(lineSplitter(5)('12345\n'), ['12345'])
  })
})

describe('the next run', () => {
  const waiting = (kind: typeof light, createdAt: number, origin: Run['origin'] = 'platform') => ({ kind, createdAt, origin })

  it('is what the owner or root asked for, before anything that is urgent to others', () => {
    const others = (['platform', 'event'] as const).map(origin => waiting({ ...light, priority: 90 }, 1, origin))
    for (const origin of ['owner', 'root'] as const) {
      const asked = waiting({ ...light, priority: 10 }, 2, origin)
      assert.equal(nextRun([...others, asked], []), asked)
    }
  })

  it('is the one of highest priority, then the oldest', () => {
    const urgent = waiting({ ...light, priority: 90 }, 3)
    assert.equal(nextRun([waiting(light, 1), urgent, waiting(light, 2)], []), urgent)
    assert.equal(nextRun([waiting(light, 2), waiting(light, 1)], [])?.createdAt, 1)
  })

  it('is no second heavy one, but a light one beside it', () => {
    assert.equal(nextRun([waiting(heavy, 1)], [heavy]), undefined)
    assert.equal(nextRun([waiting(heavy, 1), waiting(light, 2)], [heavy])?.kind, light)
  })

  it('waits when as many light ones run as may', () => {
    assert.equal(nextRun([waiting(light, 1)], [light, light, heavy]), undefined)
    assert.equal(nextRun([waiting(heavy, 1)], [light, light])?.kind, heavy)
  })
})

describe('an offer of a known job', () => {
  const known = { origin: 'platform', attempt: 2, epoch: 5, state: 'accepted' } as Run
  const ended = { ...known, state: 'ended' } as Run

  it('is the same again by its fence', () => {
    assert.equal(compareOffer(known, { attempt: 2, epoch: 5, settled: 4 }), 'accepted')
    assert.deepEqual((compareOffer(ended, { attempt: 2, epoch: 5, settled: 4 }) as { code: string }).code, 'grant.replayed')
  })

  it('is void when older and a new attempt when newer, which waits for the end of the older one', () => {
    assert.deepEqual((compareOffer(known, { attempt: 2, epoch: 4, settled: 3 }) as { code: string }).code, 'job.stale_epoch')
    assert.equal(compareOffer(known, { attempt: 3, epoch: 6, settled: 5 }), 'end the older first')
    assert.equal(compareOffer(ended, { attempt: 3, epoch: 6, settled: 5 }), 'new attempt')
  })

  it('takes up the run that the gateway has not heard of', () => {
    assert.equal(compareOffer(known, { attempt: 2, epoch: 6, settled: 4 }), 'adopt')
    assert.equal(compareOffer(ended, { attempt: 2, epoch: 6, settled: 4 }), 'adopt')
  })
})

describe('the effect of a run that did not succeed', () => {
  it('is none without a step, partial where doing it again completes it, unknown where that must not be', () => {
    assert.equal(effectOf({ begun: 0, notRepeatable: 0 }), 'none')
    assert.equal(effectOf({ begun: 2, notRepeatable: 0 }), 'partial')
    assert.equal(effectOf({ begun: 2, notRepeatable: 1 }), 'unknown')
  })
})

describe('a message of a worker', () => {
  const bill = '"bill":{"cpuMs":1,"peakRssBytes":1,"wallMs":1,"readBytes":1,"writtenBytes":1,"savedBytes":1}'

  it('is read member by member, and odd ones are none', () => {
    assert.deepEqual(parseFromWorker('{"type":"progress","done":1,"total":2,"note":"n","more":1}'), {
      type: 'progress',
      done: 1,
      total: 2,
      note: 'n',
    })
    const odd = [
      '',
      'null',
      '[]',
      '{"type":"root"}',
      '{"type":"progress","done":-1,"total":2,"note":""}',
      '{"type":"step","id":1,"name":"x"}',
    ]
    odd.push(
      '{"type":"end","end":{"outcome":"failed","code":"no.code","message":""},"bill":{"cpuMs":1,"peakRssBytes":1,"wallMs":1,"readBytes":1,"writtenBytes":1,"savedBytes":1}}',
    )
    odd.push(
      '{"type":"end","end":{"outcome":"waiting","effect":"none","child":{"input":1}},"bill":{"cpuMs":1,"peakRssBytes":1,"wallMs":1,"readBytes":1,"writtenBytes":1,"savedBytes":1}}',
    )
    odd.push(
      '{"type":"end","end":{"outcome":"succeeded","effect":"unknown","result":1},"bill":{"cpuMs":1,"peakRssBytes":1,"wallMs":1,"readBytes":1,"writtenBytes":1,"savedBytes":1}}',
    )
    for (const line of odd) assert.equal(parseFromWorker(line), undefined, line)
  })

  it('is none where it is nested so deeply that it could not be logged or reported', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    assert.equal(parseFromWorker(`{"type":"log","level":"info","event":"e","members":{"a":${deep}}}`), undefined)
    assert.equal(parseFromWorker(`{"type":"end","end":{"outcome":"succeeded","effect":"none","result":${deep}},${bill}}`), undefined)
  })

  it('asks for no child that a frame could not name: the gateway would close the link, again and again', () => {
    const waiting = (child: object): FromWorker | undefined =>
      parseFromWorker(`{"type":"end","end":{"outcome":"waiting","effect":"none","child":${JSON.stringify(child)}},${bill}}`)
    assert.ok(waiting({ kind: 'assets.verify', input: {}, pool: 'verifiers' }))
    for (const child of [
      { kind: 'A.B', input: {} },
      { kind: 'a.b' },
      { kind: 'a.b', input: {}, pool: '../' },
      { kind: 'a.b', input: {}, pool: 1 },
    ])
      assert.equal(waiting(child), undefined, JSON.stringify(child))
    assert.equal(waiting({ kind: `a.${'b'.repeat(40)}`, input: {} }), undefined)
    assert.equal(waiting({ kind: 'a.b', input: 'x'.repeat(70_000) }), undefined)
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.json(), text => void parseFromWorker(text)))
    fc.assert(fc.property(fc.string(), text => void parseFromWorker(text)))
  })
})
