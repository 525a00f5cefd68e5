import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { mongoStore, type Store } from '@platen/gateway'
import { removeFolder, skipWithoutEngines, startMongoWire, temporaryFolder, type MongoWire } from '@platen/lab'
import { kinds } from '@platen/protocol'
import { assertWhole, keepBusy, type Told } from '../../../gateway/test/conformance/busy-work.ts'
import { conformStore } from '../../../gateway/test/conformance/store.ts'
import { TwoAccounts } from '../../../gateway/test/conformance/two-accounts.ts'

const parts = { kinds, random: Math.random }
const timeout = 120_000

describe('the MongoDB store', { skip: await skipWithoutEngines() }, () => {
  let folder: string
  let mongo: MongoWire
  before(async () => {
    folder = await temporaryFolder()
    mongo = await startMongoWire(folder)
  })
  after(async () => {
    await mongo.stop()
    await removeFolder(folder)
  })

  // The folder goes with the server.
  const place = () => ({ address: mongo.url(`platen_${randomBytes(6).toString('hex')}`), remove: () => Promise.resolve() })

  conformStore(() => Promise.resolve(place()))

  it('holds what it acknowledged when its server is killed amid writes, and nothing by halves', { timeout }, async () => {
    const two = await TwoAccounts.make(() => Promise.resolve(place()))
    const told: Told[] = []
    const outages = { left: 3 }
    const isOver = (): boolean => outages.left === 0
    const work = async (store: Store): Promise<void> => {
      while (!isOver()) await keepBusy(store, two.mine, each => told.push(each), isOver).catch(unavailable)
    }
    const working = Promise.all([work(two.store), work(two.store), work(two.store)])
    for (const count of [5, 20, 40]) {
      const until = told.length + count
      while (told.length < until) await new Promise(resolve => setTimeout(resolve, 5))
      await mongo.kill()
      await mongo.start()
      outages.left -= 1
    }
    await working
    await assertWhole(two.store, two.mine, told)
    await two.remove()
  })

  it('says that it is unavailable while its server is away, and goes on when that is back', { timeout }, async () => {
    const two = await TwoAccounts.make(() => Promise.resolve(place()))
    await mongo.kill()
    await assert.rejects(two.queue(two.mine), { code: 'store.unavailable' })
    await assert.rejects(mongoStore(two.address, parts), { code: 'store.unavailable' })
    await mongo.start()
    assert.equal((await two.queue(two.mine)).state, 'queued')
    await two.remove()
  })
})

/** What a store says whose server is away; anything else fails the test. */
function unavailable(error: unknown): void {
  assert.equal((error as { readonly code?: unknown }).code, 'store.unavailable')
}
