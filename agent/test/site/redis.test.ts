import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { redisObjectCache, redisState } from '../../src/site/redis.ts'

const deadlineMs = 5_000
const info = '# Server\r\nredis_version:7.2.4\r\nloading:0\r\n'
const ready = { info: `$${info.length}\r\n${info}\r\n`, select: '+OK\r\n' }

/** A Redis that takes every command and answers only some. */
interface Silent {
  readonly url: string
  /** Comes back when it was given a command. */
  given(command: string): Promise<void>
  /** Comes back when nobody is connected any more. */
  left(): Promise<void>
}

async function silentRedis(test: TestContext, answers: Readonly<Record<string, string>> = {}): Promise<Silent> {
  const sockets = new Set<Socket>()
  const given = new Set<string>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => (sockets.delete(socket), server.emit('left')))
    socket.on('data', data => {
      const command = /^\*\d+\r\n\$\d+\r\n(\w+)/.exec(data.toString())?.[1]?.toLowerCase() ?? ''
      given.add(command)
      server.emit('given')
      const answer = answers[command]
      if (answer !== undefined) socket.write(answer)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    given: async command => {
      while (!given.has(command)) await once(server, 'given')
    },
    left: async () => {
      while (sockets.size > 0) await once(server, 'left')
    },
  }
}

describe('a Redis that takes what it is told and never answers', { timeout: 30_000 }, () => {
  for (const [what, answers, database, command] of [
    ['from the start', {}, 0, 'info'],
    ['from the start, when a database is chosen', {}, 3, 'select'],
    ['once it is to list its keys', ready, 0, 'scan'],
  ] as const) {
    it(`is given up after five seconds where it is silent ${what}`, async test => {
      const redis = await silentRedis(test, answers)
      test.mock.timers.enable({ apis: ['setTimeout'] })
      let ended = false
      const flushed = redisObjectCache({ url: redis.url, database, prefix: 'shop:' }).flush(new AbortController().signal)
      flushed.catch(() => undefined).finally(() => (ended = true))
      await redis.given(command)
      test.mock.timers.tick(deadlineMs - 1)
      await turn()
      assert.equal(ended, false)
      test.mock.timers.tick(1)
      await assert.rejects(flushed, { code: 'redis.unavailable' })
      await redis.left()
    })
  }

  it('is let go of at once when the job is', async test => {
    const redis = await silentRedis(test, ready)
    const job = new AbortController()
    const state = redisState({ url: redis.url, database: 0, prefix: 'shop:' }, job.signal)
    await redis.given('info')
    job.abort(new Error('over'))
    await assert.rejects(state, { message: 'over' })
    await redis.left()
  })
})
