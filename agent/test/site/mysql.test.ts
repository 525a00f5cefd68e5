import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { after, before, describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import type { SiteFiles } from '../../src/ports/site-files.ts'
import { databaseState } from '../../src/site/mysql.ts'

const config = (host: string, rest = "$table_prefix = 'wp_';"): string =>
  `<?php define('DB_NAME', 'shop'); define('DB_USER', 'shop-account'); define('DB_PASSWORD', 'open sesame'); define('DB_HOST', '${host}'); ${rest}`

/** A site of which nothing but its wp-config.php is read. */
function siteWith(source: string): SiteFiles {
  const refuse = (): never => assert.fail('not asked for')
  return { read: () => Promise.resolve(Buffer.from(source)), info: refuse, write: refuse, remove: refuse, list: refuse }
}

const never = new AbortController().signal
const failure = async (looking: Promise<unknown>): Promise<PlatenError> => {
  const error: unknown = await looking.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof PlatenError, inspect(error))
  return error
}

describe('databaseState', () => {
  let server: Server
  let port = 0
  let greet: (socket: Socket) => void = () => undefined
  let calls = 0
  const open = new Set<Socket>()

  before(async () => {
    server = createServer(socket => {
      calls++
      open.add(socket)
      socket.on('close', () => open.delete(socket)).on('error', () => undefined)
      greet(socket)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    assert.ok(typeof address === 'object' && address)
    port = address.port
  })
  after(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })

  const place = () => ({ host: '127.0.0.1', port, database: 'shop' })

  it('calls nobody where wp-config.php names another server, database or nothing in plain words', async () => {
    for (const source of [
      config('203.0.113.9'),
      config(`203.0.113.9:${port}`),
      config(`127.0.0.1:${port + 1}`),
      config('/run/mysqld/mysqld.sock'),
      config(`127.0.0.1:${port}`).replace("'shop'", "'other'"),
      config(`127.0.0.1:${port}`).replace("'open sesame'", "getenv('PASSWORD')"),
      config(`127.0.0.1:${port}`, '$table_prefix = "$prefix";'),
      config(`127.0.0.1:${port}`, "$table_prefix = 'wp_`; --';"),
      '',
    ])
      assert.equal((await failure(databaseState(place(), siteWith(source), never))).code, 'mysql.mismatch', source)
    const bySocket = { socket: '/run/mysqld/mysqld.sock', database: 'shop' }
    assert.equal((await failure(databaseState(bySocket, siteWith(config('/tmp/other.sock')), never))).code, 'mysql.mismatch')
    assert.equal(calls, 0)
  })

  it('tells nothing of the account where the server refuses it', async () => {
    const text = "Access denied for user 'shop-account'@'localhost' (using password: open sesame)"
    const body = Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from(`#28000${text}`)])
    greet = socket => socket.write(Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]))
    const error = await failure(databaseState(place(), siteWith(config(`127.0.0.1:${port}`)), never))
    assert.equal(error.code, 'mysql.unavailable')
    assert.doesNotMatch(inspect(error, { depth: 9 }), /shop-account|sesame/)
  })

  it('is unavailable where what answers is no database', async () => {
    greet = socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    assert.equal((await failure(databaseState(place(), siteWith(config(`127.0.0.1:${port}`)), never))).code, 'mysql.unavailable')
  })

  it('lets go of a server that says nothing when it is called off', async () => {
    const abort = new AbortController()
    greet = () => abort.abort(new PlatenError('job.cancelled'))
    const looking = databaseState(place(), siteWith(config(`127.0.0.1:${port}`)), abort.signal)
    assert.equal((await failure(looking)).code, 'job.cancelled')
  })
})
