import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { FromWorker, WorkerOrder } from '../../src/domain/worker-message.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { hostWorker } from '../../src/work/worker-host.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testPolicy } from '../support/test-policy.ts'

describe('a worker', () => {
  it('stays until the main process has heard its last word', async test => {
    const folder = tempFolder(test)
    const path = join(folder, 'door.sock')
    const server = createServer({ allowHalfOpen: true }).listen(path)
    test.after(() => server.close())
    await once(server, 'listening')
    const policy = testPolicy(folder)
    const order: WorkerOrder = { type: 'order', jobId: 'job_1', kind: 'test.light', attempt: 1, input: {}, runMs: 1_000, policy }
    let gone = false
    const worker = hostWorker(path, 'a token', {
      handlerFor: async () => async () => ({ result: {}, effect: 'none' }),
      resultCheck: async () => undefined,
      clock: systemClock,
    }).then(() => (gone = true))
    const [main] = (await once(server, 'connection')) as [Socket]
    let text = ''
    main.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    main.write(`${JSON.stringify(order)}\n`)
    await once(main, 'end')
    const words = text
      .trim()
      .split('\n')
      .map(line => (JSON.parse(line) as FromWorker).type)
    assert.deepEqual(words, ['here', 'end'])
    await new Promise(setImmediate)
    assert.equal(gone, false)
    main.end()
    await worker
  })
})
