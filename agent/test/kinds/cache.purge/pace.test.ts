import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPace } from '../../../src/kinds/cache.purge/pace.ts'
import { paced } from '../../../src/kinds/cache.purge/paced.ts'
import { VirtualClock } from './virtual-clock.ts'

describe('the pace of requests', () => {
  it('goes down with each answer that waited, and up again while they are quick', () => {
    const pace = createPace(4)
    for (let answers = 0; answers < 3; answers++) pace.tell(100, 'answered')
    pace.tell(900, 'answered')
    pace.tell(900, 'answered')
    assert.equal(pace.atOnce, 2)
    for (let answers = 0; answers < 40; answers++) pace.tell(100, 'answered')
    assert.equal(pace.atOnce, 4)
  })

  it('does not take a slow site for one that queues', () => {
    const pace = createPace(4)
    for (const tookMs of [1_500, 1_700, 1_400, 1_600]) pace.tell(tookMs, 'answered')
    assert.equal(pace.atOnce, 4)
  })

  it('rests longer with each refusal, and not at all after an answer', () => {
    const pace = createPace(4)
    const rests: number[] = []
    for (let refusals = 0; refusals < 7; refusals++) {
      pace.tell(1, 'refused')
      rests.push(pace.restMs)
    }
    assert.deepEqual([rests, pace.atOnce, pace.refusedInARow], [[250, 500, 1_000, 2_000, 4_000, 4_000, 4_000], 1, 7])
    pace.tell(1, 'answered')
    assert.deepEqual([pace.restMs, pace.refusedInARow], [0, 0])
  })

  it('tells how many pages can be had in a time', () => {
    const pace = createPace(4)
    assert.equal(pace.reach(1_000), 40)
    pace.tell(500, 'answered')
    assert.deepEqual([pace.reach(1_000), pace.reach(-5)], [8, 0])
  })
})

describe('working through a queue at a pace', () => {
  const clock = new VirtualClock()
  const bounds = (signal = new AbortController().signal): Parameters<typeof paced>[1] => ({ pace: createPace(3), clock, signal, most: 3 })

  it('has as many at work as the pace says, and takes what is added meanwhile', async () => {
    let running = 0
    let most = 0
    const done: number[] = []
    const queue = [1, 2, 3, 4, 5]
    const work = async (item: number): Promise<void> => {
      most = Math.max(most, ++running)
      await new Promise<void>(resolve => clock.after(10, resolve))
      running -= 1
      done.push(item)
      if (item === 1) queue.push(6)
    }
    await clock.run(paced(queue, bounds(), work))
    assert.deepEqual([most, done.toSorted((a, b) => a - b)], [3, [1, 2, 3, 4, 5, 6]])
  })

  it('begins nothing new once it is told to stop, or something has failed', async () => {
    const stop = new AbortController()
    const begun: number[] = []
    const stopping = async (item: number): Promise<void> => {
      begun.push(item)
      stop.abort()
    }
    await clock.run(paced([1, 2, 3, 4, 5], bounds(stop.signal), stopping))
    const failing = (item: number): Promise<void> => {
      begun.push(item)
      return Promise.reject(new Error('no'))
    }
    await assert.rejects(clock.run(paced([7, 8, 9, 10, 11], bounds(), failing)), { message: 'no' })
    assert.ok(begun.length <= 4 && !begun.includes(11))
  })
})
