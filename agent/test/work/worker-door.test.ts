import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { limits, type ErrorCode } from '@platen/protocol'
import { statusText } from '../../src/cli/status.ts'
import { doorPath } from '../../src/launcher/folders.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { openWorkerDoor, type WorkerConnection, type WorkerDoor } from '../../src/work/worker-door.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { startTestAgent } from '../support/test-agent.ts'

const token = 'a'.repeat(64)

/** A worker that showed its token, as both ends see it; it keeps its half open when ours ends. */
async function worker(test: TestContext): Promise<{ door: WorkerDoor; inside: WorkerConnection; outside: Socket }> {
  const path = join(tempFolder(test), 'door.sock')
  const door = await openWorkerDoor(path, systemClock, { tell: () => {} })
  const expected = door.expect(token, 5_000)
  const outside = connect({ path, allowHalfOpen: true })
  outside.on('error', () => {})
  test.after(() => outside.destroy())
  outside.write(`${JSON.stringify({ type: 'here', token })}\n`)
  return { door, inside: await expected, outside }
}

describe('the door of workers', () => {
  it('hears nothing more of one that was let go, though that keeps its half open', async test => {
    const { door, inside, outside } = await worker(test)
    const heard: string[] = []
    inside.onMessage(({ type }) => heard.push(type))
    inside.end()
    outside.write(`${JSON.stringify({ type: 'progress', done: 1, total: 2, note: '' })}\n`)
    await inside.closed
    assert.deepEqual(heard, [])
    await door.close()
  })

  it('closes whoever is inside', { timeout: 10_000 }, async test => {
    const { door, inside } = await worker(test)
    await Promise.all([door.close(), inside.closed])
  })

  it('cuts one that asks and never reads', { timeout: 30_000 }, async test => {
    const { door, inside, outside } = await worker(test)
    outside.pause()
    const answer = { type: 'answer', id: 1, ok: true, value: 'x'.repeat(limits.php.answerBytes) } as const
    for (let sent = 0; sent < 8; sent += 1) inside.send(answer)
    await inside.closed
    outside.end()
    await Promise.all([once(outside.resume(), 'close'), door.close()])
  })
})

describe('a stranger at the door of workers', () => {
  /** A door that nobody is expected at, and with which codes it refused whom. */
  async function shut(
    test: TestContext,
  ): Promise<{ clock: ManualClock; codes: ErrorCode[]; stranger: (text?: string) => Promise<Socket> }> {
    const path = join(tempFolder(test), 'door.sock')
    const [clock, codes] = [new ManualClock(), [] as ErrorCode[]]
    const door = await openWorkerDoor(path, clock, { tell: ({ code }) => codes.push(code) })
    test.after(() => door.close())
    const stranger = async (text = ''): Promise<Socket> => {
      const socket = connect(path)
      // What is written to one who has cut it already comes to nothing.
      socket.on('error', () => {})
      test.after(() => socket.destroy())
      await once(socket, 'connect')
      socket.write(text)
      return socket
    }
    return { clock, codes, stranger }
  }
  const cut = async (socket: Socket): Promise<unknown> => socket.destroyed || once(socket.resume(), 'close')

  const words: readonly (readonly [title: string, code: ErrorCode, text: string])[] = [
    ['whose token nobody expects', 'local.unauthorized', `${JSON.stringify({ type: 'here', token })}\n`],
    ['that shows no token', 'local.unauthorized', `${JSON.stringify({ type: 'progress', done: 1, total: 2, note: '' })}\n`],
    ['that says what is no message', 'input.invalid', 'GET / HTTP/1.1\r\n\r\n'],
    ['that says more than a message may have', 'input.too_large', 'x'.repeat(limits.job.resultBytes + 1_048_577)],
  ]
  for (const [title, code, text] of words) {
    it(`is refused by ${code} ${title}, and told of once`, { timeout: 30_000 }, async test => {
      const { codes, stranger } = await shut(test)
      await cut(await stranger(text))
      assert.deepEqual(codes, [code])
    })
  }

  it('is refused where it says nothing in time', { timeout: 30_000 }, async test => {
    const { clock, codes, stranger } = await shut(test)
    const silent = await stranger()
    await waiting(clock, 1)
    clock.advance(3_000)
    await cut(silent)
    assert.deepEqual(codes, ['local.unauthorized'])
  })

  it('is refused where more come than there is room for, the one first that has stood there longest', { timeout: 30_000 }, async test => {
    const { clock, codes, stranger } = await shut(test)
    const first = await stranger()
    await waiting(clock, 1)
    for (let more = 0; more < 16; more += 1) await stranger()
    await cut(first)
    assert.deepEqual(codes, ['agent.busy'])
  })

  it('is not refused where it goes away by itself', { timeout: 30_000 }, async test => {
    const { clock, codes, stranger } = await shut(test)
    const passer = await stranger()
    await waiting(clock, 1)
    passer.destroy()
    await waiting(clock, 0)
    assert.deepEqual(codes, [])
  })

  it('is counted in the agent’s status, however many come', { timeout: 60_000 }, async test => {
    const { control, policy } = await startTestAgent(test)
    assert.equal((await control.status()).workers?.refused, 0)
    for (let more = 0; more < 3; more += 1) {
      const socket = connect(doorPath(policy)).on('error', () => {})
      socket.write(`${JSON.stringify({ type: 'here', token })}\n`)
      await cut(socket)
    }
    const status = await control.status()
    assert.equal(status.workers?.refused, 3)
    assert.match(statusText(status), /refused from strangers as workers +3/)
  })
})

/** Until so many waits are open: the door has heard of whom they are for. */
async function waiting(clock: ManualClock, many: number): Promise<void> {
  while (clock.waiting !== many) await new Promise(resolve => setImmediate(resolve))
}
