import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { FromWorker, WorkerOrder } from '../../src/domain/worker-message.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { hostWorker } from '../../src/work/worker-host.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testPolicy } from '../support/test-policy.ts'

describe('a worker', () => {
  it('stays until the main process has heard its last word', async test => {
    const { main, state, worker } = await finished(test, systemClock)
    assert.deepEqual(state.words, ['here', 'end'])
    await new Promise(setImmediate)
    assert.equal(state.gone, false)
    main.end()
    await worker
  })

  it('stays for half a minute where the main process stands still, as over a disk that does not take its commit', async test => {
    const waits: { readonly ms: number; readonly call: () => void }[] = []
    const clock: Clock = { ...systemClock, after: (ms, call) => (waits.push({ ms, call }), () => undefined) }
    const { main, state, worker } = await finished(test, clock)
    await new Promise(setImmediate)
    assert.equal(state.gone, false)
    const last = waits.at(-1)
    assert.equal(last?.ms, 30_000)
    last.call()
    await worker
  })
})

/** A worker that has said its last word, and the main process's end of its socket, which has not closed yet. */
async function finished(test: TestContext, clock: Clock) {
  const folder = tempFolder(test)
  const path = join(folder, 'door.sock')
  const server = createServer({ allowHalfOpen: true }).listen(path)
  test.after(() => server.close())
  await once(server, 'listening')
  const policy = testPolicy(folder)
  const order: WorkerOrder = { type: 'order', jobId: 'job_1', kind: 'test.light', attempt: 1, input: {}, runMs: 1_000, policy }
  const state = { gone: false, words: [] as string[] }
  const worker = hostWorker(path, 'a token', {
    handlerFor: async () => async () => ({ result: {}, effect: 'none' }),
    resultCheck: async () => undefined,
    clock,
  }).then(() => (state.gone = true))
  const [main] = (await once(server, 'connection')) as [Socket]
  test.after(() => main.destroy())
  let text = ''
  main.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  main.write(`${JSON.stringify(order)}\n`)
  await once(main, 'end')
  state.words = text
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as FromWorker).type)
  return { main, state, worker }
}
