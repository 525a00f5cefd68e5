import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clientOf } from '../../src/store/mongo/database.ts'

describe('the client of the MongoDB store', () => {
  it('commits by majority and journal, reads what a majority has, and waits for nothing without end, whatever its URL says', () => {
    const careless =
      'w=1&journal=false&readConcernLevel=local&readPreference=secondary&socketTimeoutMS=0&waitQueueTimeoutMS=0&retryWrites=false'
    const { writeConcern, readConcern, readPreference, ...options } = clientOf(`mongodb://db1,db2/platen?${careless}`).options
    assert.deepEqual(
      [writeConcern?.w, writeConcern?.journal, readConcern?.level, readPreference?.mode],
      ['majority', true, 'majority', 'primary'],
    )
    assert.equal(options.retryWrites, true)
    for (const ms of [options.socketTimeoutMS, options.waitQueueTimeoutMS, options.serverSelectionTimeoutMS]) assert.ok(ms > 0)
  })

  it('uses the database that its URL names', () => {
    assert.equal(clientOf('mongodb://db1/platen').db().databaseName, 'platen')
  })

  it('refuses a URL that names no database, and one that is none, without repeating its password', () => {
    for (const url of [
      'mongodb://root:secret@db1',
      'mongodb://root:secret@db1/?w=1',
      'mongodb://root:secret@/platen',
      'https://secret/platen',
      '',
    ])
      assert.throws(
        () => clientOf(url),
        (error: Error & { readonly code?: unknown }) => error.code === 'input.invalid' && !error.message.includes('secret'),
      )
  })
})
