import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { assertWhole, type Told } from './busy-work.ts'
import type { NewPlace } from './store-place.ts'
import { TwoAccounts, type Party } from './two-accounts.ts'

const timeout = 120_000
/** About the length of a commit. */
const momentMs = 20

/** What a store promises to several processes, and to those that come after one that was killed. */
export function conformProcesses(newPlace: NewPlace): void {
  describe('a store of several processes', () => {
    let two: TwoAccounts
    const running = new Set<ChildProcess>()
    beforeEach(async () => (two = await TwoAccounts.make(newPlace)))
    afterEach(async () => {
      for (const child of running) child.kill('SIGKILL')
      await Promise.all([...running].map(child => once(child, 'exit')))
      await two.remove()
    })

    const start = (program: string, ...args: readonly string[]): ChildProcess => {
      const child = fork(join(import.meta.dirname, program), [two.address, ...args], { execArgv: ['--conditions=source'] })
      running.add(child)
      child.once('exit', () => running.delete(child))
      return child
    }

    /** Lets a process work until it told so much, and kills it a moment later amid whatever it is at. */
    const killedAfter = async (count: number, parties: readonly Party[]): Promise<Told[]> => {
      const child = start('busy-writer.ts', JSON.stringify([...parties, ...parties]))
      const told: Told[] = []
      child.on('message', message => {
        if (told.push(message as Told) === count) setTimeout(() => child.kill('SIGKILL'), Math.random() * momentMs)
      })
      await once(child, 'exit')
      return told
    }

    it('gives each job to one of two that claim at the same time', { timeout }, async () => {
      const made = await Promise.all(Array.from({ length: 40 }, () => two.queue(two.mine)))
      const claimers = [1, 2].map(() => start('claimer.ts', two.mine.siteId))
      await Promise.all(claimers.map(claimer => once(claimer, 'message')))
      const answers = claimers.map(claimer => once(claimer, 'message'))
      for (const claimer of claimers) claimer.send('go')
      const claimed = (await Promise.all(answers)).flatMap(([ids]) => ids as string[])
      assert.deepEqual(claimed.toSorted(), made.map(({ id }) => id).toSorted())
    })

    it('holds what it acknowledged to one that was killed, and nothing by halves', { timeout }, async () => {
      // Accounts of their own: what one that was killed had begun may keep its own from being written for as long as a server lets it.
      const kills: { told: Told[]; parties: Party[] }[] = []
      for (const count of [1, 5, 10, 41]) {
        const parties = [await two.newParty(), await two.newParty()]
        const told = await killedAfter(count, parties)
        assert.ok(told.length >= count, `it ended after ${told.length} of ${count}`)
        kills.push({ told, parties })
      }
      await two.reopen()
      for (const { told, parties } of kills) for (const party of parties) await assertWhole(two.store, party, told)
      assert.equal(await two.store.healthy(), true)
    })

    it('lets whoever opens it next change what one that was killed was at', { timeout }, async () => {
      for (const count of [5, 10, 20, 30, 40]) {
        const told = await killedAfter(count, [two.mine, two.theirs])
        assert.ok(told.length >= count, `it ended after ${told.length} of ${count}`)
        await two.reopen()
        for (const party of [two.mine, two.theirs]) assert.equal((await two.queue(party)).state, 'queued')
      }
    })
  })
}
