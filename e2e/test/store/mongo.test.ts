import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { mongoStore, type Store } from '@platen/gateway'
import { removeFolder, skipWithoutEngines, startMongoWire, temporaryFolder, type MongoWire } from '@platen/lab'
import { kinds } from '@platen/protocol'
import { assertWhole, keepBusy, type Told } from '../../../gateway/test/conformance/busy-work.ts'
import { clientOf, openMongo } from '../../../gateway/src/store/mongo/database.ts'
import { LeftSessions } from '../../../gateway/src/store/mongo/left-sessions.ts'
import { prepareSchema } from '../../../gateway/src/store/mongo/schema.ts'
import { Transactions } from '../../../gateway/src/store/mongo/transactions.ts'
import { conformStore } from '../../../gateway/test/conformance/store.ts'
import { TwoAccounts } from '../../../gateway/test/conformance/two-accounts.ts'

/** A command on its way to the server. */
interface Said {
  readonly name: string
  readonly command: {
    readonly insert?: string
    readonly readConcern?: { readonly level?: string }
    readonly writeConcern?: { readonly w?: string | number; readonly j?: boolean }
    readonly maxTimeMS?: number
  }
}

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

  it('has one heavy job a site and one queued job a key, whatever a gateway believes', { timeout }, async test => {
    const two = await TwoAccounts.make(() => Promise.resolve(place()))
    test.after(() => two.remove())
    const [first, second] = [await two.queue(two.mine, { coalesceKey: 'k' }), await two.queue(two.mine, { coalesceKey: 'l' })]
    const elsewhere = await two.queue(two.theirs)
    // What there is beneath the roles, which no gateway writes to without its rules.
    const beneath = await openMongo(two.address, Math.random)
    test.after(() => beneath.close())
    const write = (change: Readonly<Record<string, string>>, { id }: { readonly id: string }): Promise<unknown> =>
      beneath.rows('jobs').updateOne({ _id: id }, { $set: change })
    await write({ slot: two.mine.siteId }, first)
    await assert.rejects(write({ slot: two.mine.siteId }, second), { code: 11_000, keyPattern: { slot: 1 } })
    await write({ slot: two.theirs.siteId }, elsewhere)
    await assert.rejects(write({ coalesceKey: 'k' }, second), { code: 11_000, keyPattern: { place: 1, coalesceKey: 1 } })
    await write({ coalesceKey: 'k' }, elsewhere)
  })

  it('begins each transaction at what a majority has, and commits it by majority and journal', { timeout }, async test => {
    const url = new URL(place().address)
    url.searchParams.set('monitorCommands', 'true')
    const client = clientOf(url.href)
    test.after(() => client.close())
    await prepareSchema(client.db())
    const said: Said[] = []
    client.on('commandStarted', ({ commandName, command }) => said.push({ name: commandName, command: command as Said['command'] }))
    const transactions = new Transactions(client, new LeftSessions(client), Math.random, 1)
    await transactions.run(['here'], async within => {
      await client.db().collection<{ _id: string }>('meta').insertOne({ _id: 'a' }, within)
    })
    const inserted = said.find(({ name, command }) => name === 'insert' && command.insert === 'meta')
    const committed = said.find(({ name }) => name === 'commitTransaction')
    assert.equal(inserted?.command.readConcern?.level, 'snapshot')
    const { writeConcern, maxTimeMS = 0 } = committed?.command ?? {}
    assert.deepEqual([writeConcern?.w, writeConcern?.j, maxTimeMS > 0], ['majority', true, true])
  })

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
