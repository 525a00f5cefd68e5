import { randomBytes } from 'node:crypto'
import { after, before, describe } from 'node:test'
import { mongoStore } from '@platen/gateway'
import { removeFolder, skipWithoutEngines, startMongoWire, temporaryFolder, type MongoWire } from '@platen/lab'
import { kinds } from '@platen/protocol'
import { conformStore } from '../../../gateway/test/conformance/store.ts'

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

  conformStore(async () => {
    const url = mongo.url(`platen_${randomBytes(6).toString('hex')}`)
    return {
      open: () => mongoStore(url, { kinds, random: Math.random }),
      // The folder goes with the server.
      remove: () => Promise.resolve(),
    }
  })
})
