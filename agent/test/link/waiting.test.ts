import assert from 'node:assert/strict'
import { join } from 'node:path'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { newId, type AgentFrame } from '@platen/protocol'
import { agentFrameValidators } from '@platen/protocol/validators/agent-frames'
import { bill, soon, success } from '../support/runs-bench.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { granted, linkedSite, type LinkedSite } from './linked-site.ts'
import { WireGateway, type AgentSocket } from './wire-gateway.ts'

const parent = { kind: 'images.optimize', input: { attachments: 'all', mode: 'optimize' } }
const child = { kind: 'health.report', input: {}, pool: 'verifiers' }

describe('a run that waits for another job', { timeout: 60_000 }, () => {
  let file: string
  let gateway: WireGateway
  let site: LinkedSite
  let socket: AgentSocket
  let jobId: string

  beforeEach(async context => {
    const test = context as TestContext
    file = join(tempFolder(test), 'journal.db')
    gateway = new WireGateway()
    await gateway.listen()
    site = linkedSite(file, gateway.url)
    test.after(async () => {
      await site.stop()
      await gateway.close()
    })
    socket = await gateway.next()
    await welcome()
    jobId = newId('job')
    socket.send(granted({ jobId, attempt: 1, epoch: 1, settled: 0, ...parent }))
    await socket.next('job.accept')
    await begun(1)
  })

  const until = async (isSo: () => boolean): Promise<void> => {
    for (const end = Date.now() + 10_000; !isSo(); await soon()) assert.ok(Date.now() < end, 'never')
  }
  /** Lets the agent in and hears its first report, so that the next one answers what a test asks. */
  const welcome = async (): Promise<Extract<AgentFrame, { type: 'hello' }>> => {
    const hello = await socket.welcome()
    await socket.next('state.report')
    return hello
  }
  const begun = (runs: number): Promise<void> => until(() => site.workers.started.length === runs)
  /** The run says that it has done something, and asks for its child. */
  const ask = (): void => site.workers.started.at(-1)?.end({ outcome: 'waiting', effect: 'applied', child, bill })
  const ack = (epoch = 1): void => socket.send({ type: 'job.ack', of: 'wait', jobId, attempt: 1, epoch })
  const cancel = (epoch: number): void => socket.send({ type: 'job.cancel', jobId, attempt: 1, epoch, reason: 'cancelled' })
  const forgotten = (): Promise<void> => until(() => site.journal.outbox(1).length === 0)
  const outcome = { jobId: newId('job'), state: 'succeeded', result: { summary: 'all is well' } } as const
  const goOn = (epoch: number): void => socket.send(granted({ jobId, attempt: 1, epoch, settled: epoch - 1, ...parent, child: outcome }))
  /** What is said of jobs by the time that all which was sent is dealt with. */
  const said = async (): Promise<AgentFrame[]> => {
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    return socket.frames.filter(({ type }) => type.startsWith('job.'))
  }
  /** The link is cut, and the agent is back. */
  const again = async (): Promise<Extract<AgentFrame, { type: 'hello' }>> => {
    socket.cut()
    socket = await gateway.next()
    return welcome()
  }

  it('is over once the gateway has its wish, and goes on as the same attempt with what became of the child', async () => {
    ask()
    const wish = await socket.next('job.wait')
    assert.deepEqual(wish, { type: 'job.wait', jobId, attempt: 1, epoch: 1, child, effect: 'applied', bill })
    assert.ok(agentFrameValidators['job.wait']?.(wish))
    ack()
    await forgotten()
    assert.deepEqual(site.runs.running(), [])
    goOn(2)
    await socket.next('job.accept')
    await begun(2)
    assert.deepEqual([site.workers.started[0]?.order.child, site.workers.started[1]?.order.child], [undefined, outcome])
    site.workers.started[1]?.end(success)
    const { attempt, epoch, outcome: end } = await socket.next('job.result')
    assert.deepEqual([attempt, epoch, end], [1, 2, 'succeeded'])
  })

  it('says its wish again, and runs no second time, where the link was cut before anyone answered', async () => {
    ask()
    const wish = await socket.next('job.wait')
    const { running } = await again()
    assert.deepEqual(running, [{ jobId, attempt: 1, epoch: 1 }])
    assert.deepEqual(await socket.next('job.wait'), wish)
    ack()
    await forgotten()
    assert.deepEqual((await again()).running, [])
    assert.equal(site.workers.started.length, 1)
  })

  it('keeps its wish while the link is cut, over a restart of the agent too', async () => {
    await gateway.close()
    await until(() => site.link.state.state !== 'open')
    ask()
    await until(() => site.journal.waiting() === 1)
    await site.stop()
    gateway = new WireGateway()
    await gateway.listen()
    site = linkedSite(file, gateway.url)
    socket = await gateway.next()
    await welcome()
    assert.deepEqual((await socket.next('job.wait')).child, child)
    ack()
    await forgotten()
    assert.equal(site.workers.started.length, 0)
  })

  it('says its wish under a newer lease, and runs no second time, where the gateway never heard of it', async () => {
    ask()
    await socket.next('job.wait')
    await again()
    await socket.next('job.wait')
    socket.send(granted({ jobId, attempt: 1, epoch: 2, settled: 0, ...parent }))
    await socket.next('job.accept')
    const { epoch, child: asked } = await socket.next('job.wait')
    assert.deepEqual([epoch, asked], [2, child])
    ack(2)
    await forgotten()
    assert.equal(site.workers.started.length, 1)
  })

  it('that is cancelled has nothing to stop and nothing to add, whether its wish was heard or is on its way', async () => {
    ask()
    await socket.next('job.wait')
    cancel(1)
    assert.deepEqual(await said(), [])
    ack()
    await forgotten()
    cancel(1)
    assert.deepEqual(await said(), [])
    assert.deepEqual([site.workers.started.length, site.runs.unfinished()], [1, 0])
  })

  it('that is cancelled before it goes on never does, however late the offer to go on comes', async () => {
    ask()
    await socket.next('job.wait')
    ack()
    await forgotten()
    cancel(2)
    // What the gateway hears instead of a result: as far as the run came.
    assert.equal((await socket.next('job.wait')).epoch, 2)
    goOn(2)
    assert.equal((await socket.next('job.decline')).code, 'job.cancelled')
    assert.equal(site.workers.started.length, 1)
  })

  it('is stopped like any other once it goes on, by its present lease and by no older one', async () => {
    ask()
    await socket.next('job.wait')
    ack()
    goOn(2)
    await socket.next('job.accept')
    await begun(2)
    const run = site.workers.started[1]
    cancel(1)
    assert.deepEqual(await said(), [])
    assert.equal(run?.cancelled, undefined)
    cancel(2)
    await until(() => run?.cancelled !== undefined)
    run?.end({ outcome: 'cancelled', effect: 'none', bill })
    const { epoch, outcome: end } = await socket.next('job.result')
    assert.deepEqual([epoch, end], [2, 'cancelled'])
  })
})
