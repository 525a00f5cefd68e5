import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '@platen/protocol'
import { Heartbeat } from '../../src/link/heartbeat.ts'
import { HandClock } from '../support/runs-bench.ts'
import { LinkBench, until } from './link-bench.ts'

/** A clock by hand, whose chance is what a test says. */
class ChanceClock extends HandClock {
  readonly #chance: number
  constructor(chance: number) {
    super()
    this.#chance = chance
  }
  override random(): number {
    return this.#chance
  }
}

/** What a heartbeat does, in seconds from its beginning. */
class Watched {
  readonly clock: HandClock
  readonly heartbeat: Heartbeat
  readonly beats: number[] = []
  readonly silences: number[] = []
  #seconds = 0

  constructor(intervalMs: number, chance = 0) {
    this.clock = new ChanceClock(chance)
    this.heartbeat = new Heartbeat(this.clock, intervalMs, {
      beat: () => this.beats.push(this.#seconds),
      silence: () => this.silences.push(this.#seconds),
    })
  }

  /** Lets time pass; the peer is heard every so many seconds. */
  pass(seconds: number, heardEvery = Infinity): void {
    for (const end = this.#seconds + seconds; this.#seconds < end;) {
      this.#seconds += 1
      this.clock.goOn(1_000)
      if (this.#seconds % heardEvery === 0) this.heartbeat.heard()
    }
  }
}

describe('a heartbeat', () => {
  for (const [chance, first] of [
    [0, 1],
    [0.1, 3],
    [0.5, 15],
    [0.999, 30],
  ] as const) {
    it(`beats somewhere within the first interval, and at it from then on: by a chance of ${chance} from second ${first}`, () => {
      const watched = new Watched(30_000, chance)
      watched.pass(90, 1)
      assert.deepEqual(watched.beats, [first, first + 30, first + 60])
      assert.deepEqual(watched.silences, [])
    })
  }

  it('beats as long as anything is heard, and leaves after 75 seconds without', () => {
    const watched = new Watched(30_000)
    watched.pass(3_600, 70)
    assert.deepEqual([watched.beats.length, watched.silences], [120, []])
    watched.heartbeat.heard()
    // The beat of second 3661 is within those.
    watched.pass(75)
    assert.deepEqual([watched.beats.length, watched.silences], [123, []])
    watched.pass(30)
    assert.deepEqual([watched.beats.length, watched.silences], [123, [3_691]])
  })

  it('has patience for two and a half intervals where these are longer', () => {
    const watched = new Watched(60_000)
    watched.pass(150)
    assert.deepEqual([watched.beats, watched.silences], [[1, 61, 121], []])
    watched.pass(60)
    assert.deepEqual(watched.silences, [181])
  })

  it('takes no setting of the clock for a silence', () => {
    const watched = new Watched(30_000)
    watched.clock.jump(86_400_000)
    watched.pass(40)
    watched.clock.jump(-2 * 86_400_000)
    watched.pass(40, 1)
    assert.deepEqual([watched.beats, watched.silences], [[1, 31, 61], []])
  })

  it('is still once it is stopped', () => {
    const watched = new Watched(30_000)
    watched.pass(31)
    watched.heartbeat.stop()
    watched.pass(300)
    assert.deepEqual([watched.beats, watched.silences], [[1, 31], []])
  })
})

describe('the heartbeat of a session', { timeout: 60_000 }, () => {
  const beatMs = 30_000
  /** What a socket waits for its peer's part in a closing handshake. */
  const closeMs = 2_000

  it('says what runs each time, and asks for a sign of life', async test => {
    const bench = await LinkBench.make(test as TestContext)
    bench.clock.heldMs = beatMs
    const socket = await bench.welcomed()
    assert.deepEqual((await socket.next('heartbeat')).running, [])
    for (let beats = 1; beats <= 3; beats += 1) {
      const held = { jobId: newId('job'), attempt: 1, epoch: beats }
      bench.jobs.held = [held]
      bench.clock.pass(beatMs)
      assert.deepEqual((await socket.next('heartbeat')).running, [held])
      await until(() => socket.pings === beats + 1, 'pinged')
    }
  })

  it('stays where nothing comes but the answers to its pings', async test => {
    const { mock: heard } = test.mock.method(Heartbeat.prototype, 'heard')
    const bench = await LinkBench.make(test as TestContext)
    bench.clock.heldMs = beatMs
    const socket = await bench.welcomed()
    await socket.next('heartbeat')
    await until(() => heard.callCount() === 1, 'heard')
    let passed = bench.clock.monotonic()
    test.mock.method(bench.clock, 'monotonic', () => passed)
    for (let beats = 1; beats <= 4; beats += 1) {
      passed += 60_000
      bench.clock.pass(beatMs)
      await until(() => heard.callCount() === beats + 1, 'heard')
    }
    assert.equal(bench.state, 'open')
    assert.equal(socket.pings, 5)
  })

  it('leaves a gateway that is silent, and the agent comes back', async test => {
    const bench = await LinkBench.make(test as TestContext)
    bench.clock.heldMs = closeMs
    const socket = await bench.welcomed()
    await socket.next('heartbeat')
    // Nor does it answer the closing handshake.
    socket.stopReading()
    const passed = bench.clock.monotonic()
    test.mock.method(bench.clock, 'monotonic', () => passed + 80_000)
    bench.clock.pass(beatMs)
    bench.clock.pass(closeMs)
    await until(() => bench.lines.some(line => line.includes('link:ended')), 'left')
    assert.match(bench.link.state.lastClose ?? '', /4011 heartbeat\.lost/)
    await (await bench.gateway.next()).welcome()
  })
})
