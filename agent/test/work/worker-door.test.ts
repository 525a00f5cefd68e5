import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { limits } from '@platen/protocol'
import { systemClock } from '../../src/system/system-clock.ts'
import { openWorkerDoor, type WorkerConnection, type WorkerDoor } from '../../src/work/worker-door.ts'
import { tempFolder } from '../support/temp-folder.ts'

const token = 'a'.repeat(64)

/** A worker that showed its token, as both ends see it; it keeps its half open when ours ends. */
async function worker(test: TestContext): Promise<{ door: WorkerDoor; inside: WorkerConnection; outside: Socket }> {
  const path = join(tempFolder(test), 'door.sock')
  const door = await openWorkerDoor(path, systemClock)
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
