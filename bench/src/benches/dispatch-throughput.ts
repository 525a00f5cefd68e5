import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { extname, join } from 'node:path'
import { freePort, startFleet, startRedis, startSimulators, temporaryFolder, removeFolder, waitUntil } from '@platen/lab'
import { jobClient } from '../post-jobs.ts'

const agents = 64
const processes = 2
const atOnce = 64
const batchSize = 500
const connectMs = 60_000
const endMs = 300_000

/** Jobs a second from the first request to the last stored result, one job a request, and in batches. */
export async function platenThroughput(jobs: number): Promise<{ readonly single: number; readonly batch: number }> {
  const fleet = await startFleet(agents)
  const simulators = startSimulators(processes, fleet.members, fleet.home)
  const client = jobClient(fleet.url, fleet.token)
  const asked = Array.from({ length: jobs }, (_, index) => ({
    siteId: (fleet.members[index % agents] as (typeof fleet.members)[number]).siteId,
    kind: 'lab.noop',
    input: {},
  }))
  let done = 0
  simulators.onDone(() => (done += 1))
  const rate = async (send: () => Promise<void>): Promise<number> => {
    done = 0
    return measured(jobs, send, () => done)
  }
  try {
    await waitUntil('the agents', connectMs, () => simulators.open() === agents)
    // Warm code is what a gateway that runs for weeks has.
    await rate(() => client.postAll('/v1/jobs', asked, atOnce))
    const single = await rate(() => client.postAll('/v1/jobs', asked, atOnce))
    const batches = Array.from({ length: Math.ceil(jobs / batchSize) }, (_, at) => ({
      jobs: asked.slice(at * batchSize, (at + 1) * batchSize),
    }))
    const batch = await rate(() => client.postAll('/v1/jobs:batch', batches, 2))
    return { single, batch }
  } finally {
    client.close()
    simulators.close()
    await fleet.close()
  }
}

/** The same of BullMQ behind the same route, with Redis that has every write on disk before it answers. */
export async function bullmqThroughput(jobs: number): Promise<number> {
  const folder = await temporaryFolder()
  const redis = await startRedis(join(folder, 'redis'), { durability: 'always' })
  const port = await freePort()
  const children: ChildProcess[] = []
  const start = (role: string, ...args: readonly number[]): ChildProcess => {
    const entry = join(import.meta.dirname, '..', 'peers', `bullmq${extname(import.meta.filename)}`)
    const child = fork(entry, [role, ...args.map(String)])
    children.push(child)
    return child
  }
  const client = jobClient(`http://127.0.0.1:${port}`)
  let done = 0
  try {
    for (let worker = 0; worker < processes; worker += 1)
      start('worker', redis.port, agents / processes).on('message', count => (done += Number(count)))
    await once(start('route', port, redis.port), 'message')
    const asked = Array.from({ length: jobs }, () => ({ kind: 'lab.noop', input: {} }))
    const send = (): Promise<void> => client.postAll('/jobs', asked, atOnce)
    await measured(jobs, send, () => done)
    done = 0
    return await measured(jobs, send, () => done)
  } finally {
    client.close()
    children.forEach(child => child.kill('SIGKILL'))
    await redis.stop()
    await removeFolder(folder)
  }
}

async function measured(jobs: number, send: () => Promise<void>, done: () => number): Promise<number> {
  const from = performance.now()
  await send()
  await waitUntil(`${jobs} jobs`, endMs, () => done() >= jobs)
  return Math.round((jobs * 1_000) / (performance.now() - from))
}
