import assert from 'node:assert/strict'
import { it } from 'node:test'
import { databaseEndpoint } from '../../src/domain/database-endpoint.ts'

it('databaseEndpoint reads DB_HOST as WordPress does', () => {
  assert.deepEqual(databaseEndpoint('localhost'), { host: 'localhost' })
  assert.deepEqual(databaseEndpoint('db.example:3307'), { host: 'db.example', port: 3307 })
  assert.deepEqual(databaseEndpoint('::1'), { host: '::1' })
  assert.deepEqual(databaseEndpoint('[2001:db8::3306]'), { host: '2001:db8::3306' })
  assert.deepEqual(databaseEndpoint('[::1]:3307'), { host: '::1', port: 3307 })
  assert.deepEqual(databaseEndpoint('localhost:/run/mysqld/mysqld.sock'), { socket: '/run/mysqld/mysqld.sock' })
  assert.deepEqual(databaseEndpoint('/run/mysqld/mysqld.sock'), { socket: '/run/mysqld/mysqld.sock' })
})

it('databaseEndpoint takes CPU time by the length of a hostile DB_HOST, and no more', () => {
  const before = process.threadCpuUsage()
  assert.deepEqual(databaseEndpoint(`${'fe80::1'.repeat(10_000)}%`), { host: `${'fe80::1'.repeat(10_000)}%` })
  const { user, system } = process.threadCpuUsage(before)
  assert.ok((user + system) / 1_000 < 150, `${(user + system) / 1_000} ms`)
})
