import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { parseFromWorker, type FromWorker, type WorkerOrder } from '../../src/domain/worker-message.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { hostWorker, type AnyHandler } from '../../src/work/worker-host.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testPolicy } from '../support/test-policy.ts'

/** A worker in this process, and the main process's end of its conversation. */
interface Hosted {
  readonly main: Socket
  /** All that the worker says, once it says no more. */
  readonly words: () => Promise<(FromWorker | undefined)[]>
  readonly gone: Promise<void>
}

/** Gives a worker an order. */
async function host(
  test: TestContext,
  handler: AnyHandler,
  change: Partial<WorkerOrder> = {},
  clock: Clock = systemClock,
): Promise<Hosted> {
  const folder = tempFolder(test)
  const path = join(folder, 'door.sock')
  const server = createServer({ allowHalfOpen: true }).listen(path)
  test.after(() => server.close())
  await once(server, 'listening')
  const composition = { handlerFor: async () => handler, resultCheck: async () => undefined, clock }
  const gone = hostWorker(path, 'a token', composition)
  const [main] = (await once(server, 'connection')) as [Socket]
  test.after(() => main.destroy())
  let text = ''
  main.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  const policy = testPolicy(folder)
  const order = { type: 'order', jobId: 'job_1', kind: 'test.light', attempt: 1, input: {}, runMs: 1_000, policy, ...change }
  main.write(`${JSON.stringify(order)}\n`)
  const words = async (): Promise<(FromWorker | undefined)[]> => {
    await once(main, 'end')
    return text.trim().split('\n').map(parseFromWorker)
  }
  return { main, words, gone }
}

describe('a worker', () => {
  it('stays until the main process has heard its last word', async test => {
    const { main, words, gone } = await host(test, async () => ({ result: {}, effect: 'none' }))
    let isGone = false
    void gone.then(() => (isGone = true))
    assert.deepEqual(
      (await words()).map(word => word?.type),
      ['here', 'end'],
    )
    await new Promise(setImmediate)
    assert.equal(isGone, false)
    main.end()
    await gone
  })

  it('stays for half a minute where the main process stands still, as over a disk that does not take its commit', async test => {
    const waits: { readonly ms: number; readonly call: () => void }[] = []
    const clock: Clock = { ...systemClock, after: (ms, call) => (waits.push({ ms, call }), () => undefined) }
    const { words, gone } = await host(test, async () => ({ result: {}, effect: 'none' }), {}, clock)
    let isGone = false
    void gone.then(() => (isGone = true))
    await words()
    await new Promise(setImmediate)
    assert.equal(isGone, false)
    const last = waits.at(-1)
    assert.equal(last?.ms, 30_000)
    last.call()
    await gone
  })

  it('tells of a step that it begins, and not that it has ended: what a step that must not be done twice did is never known', async test => {
    const handler: AnyHandler = async context => {
      await context.step('write', 'not repeatable', async () => undefined)
      return { result: {}, effect: 'applied' }
    }
    const { main, words, gone } = await host(test, handler)
    main.on('data', (piece: string) => {
      if (piece.includes('"step"')) main.write('{"type":"noted","id":1}\n')
    })
    assert.deepEqual(
      (await words()).map(word => word?.type),
      ['here', 'step', 'end'],
    )
    main.end()
    await gone
  })

  it('ends with the job that its handler asks for, and hands on what became of that when it goes on', async test => {
    const child = { kind: 'health.report', input: {}, pool: 'verifiers' }
    const handler: AnyHandler = async context =>
      context.child ? { result: context.child.state, effect: 'none' } : { waitFor: child, effect: 'applied' }
    const ends: unknown[] = []
    for (const change of [{}, { child: { jobId: 'job_2', state: 'expired' } as const }]) {
      const { main, words, gone } = await host(test, handler, change)
      for (const word of await words()) if (word?.type === 'end') ends.push(word.end)
      main.end()
      await gone
    }
    assert.deepEqual(ends, [
      { outcome: 'waiting', effect: 'applied', child },
      { outcome: 'succeeded', effect: 'none', result: 'expired' },
    ])
  })
})
