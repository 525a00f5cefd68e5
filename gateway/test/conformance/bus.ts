import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Hint } from '../../src/domain/hint.ts'
import type { Bus } from '../../src/ports/bus.ts'
import type { Log } from '../../src/ports/log.ts'

/** A bus that writes to the log that it is given. */
export type NewBus = (log: Log) => Bus

const hint = (siteId: string): Hint => ({ type: 'site event', siteId })
const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** Waits until a listener has heard so many hints: a test that waits in vain is ended by its runner. */
async function heard(hints: readonly Hint[], count: number): Promise<void> {
  while (hints.length < count) await new Promise(resolve => setImmediate(resolve))
}

/** What every bus does. */
export function conformBus(newBus: NewBus): void {
  describe('a bus', { timeout: 5_000 }, () => {
    it('brings every hint to every listener, in the order in which they were published', async () => {
      const bus = newBus(quiet)
      const [one, other]: [Hint[], Hint[]] = [[], []]
      bus.subscribe(got => one.push(got))
      bus.subscribe(got => other.push(got))
      const sent = ['site_1', 'site_2', 'site_3'].map(hint)
      for (const each of sent) bus.publish(each)
      await Promise.all([heard(one, 3), heard(other, 3)])
      assert.deepEqual([one, other], [sent, sent])
    })

    it('lets its publisher finish first', async () => {
      const bus = newBus(quiet)
      const got: Hint[] = []
      bus.subscribe(each => got.push(each))
      bus.publish(hint('site_1'))
      assert.deepEqual(got, [])
      await heard(got, 1)
    })

    it('brings nothing to who has unsubscribed, and unsubscribing twice harms nobody', async () => {
      const bus = newBus(quiet)
      const [gone, there]: [Hint[], Hint[]] = [[], []]
      const listener = (each: Hint): void => void gone.push(each)
      const unsubscribe = bus.subscribe(listener)
      bus.subscribe(each => there.push(each))
      unsubscribe()
      unsubscribe()
      bus.publish(hint('site_1'))
      await heard(there, 1)
      assert.deepEqual(gone, [])
    })

    it('counts a listener that subscribes twice as two', async () => {
      const bus = newBus(quiet)
      const got: Hint[] = []
      const listener = (each: Hint): void => void got.push(each)
      const first = bus.subscribe(listener)
      bus.subscribe(listener)
      bus.publish(hint('site_1'))
      await heard(got, 2)
      first()
      bus.publish(hint('site_2'))
      await heard(got, 3)
      assert.deepEqual(
        got.map(each => 'siteId' in each && each.siteId),
        ['site_1', 'site_1', 'site_2'],
      )
    })

    it('logs a listener that throws, and brings the hint to the others', async () => {
      const errors: string[] = []
      const bus = newBus({ ...quiet, error: event => void errors.push(event) })
      const got: Hint[] = []
      bus.subscribe(() => {
        throw new Error('a listener failed')
      })
      bus.subscribe(each => got.push(each))
      bus.publish(hint('site_1'))
      await heard(got, 1)
      assert.deepEqual(errors, ['bus:listener_failed'])
    })
  })
}
