import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort, startFleet, startRedis, startSimulators, temporaryFolder, removeFolder, waitUntil } from '@platen/lab'
import { startPeer } from '../peers/peer-process.ts'
import { jobClient } from '../post-jobs.ts'
import { treeOf } from '../process-usage.ts'

const agents = 64
const processes = 2
const atOnce = 64
const batchSize = 500
const connectMs = 60_000
const endMs = 300_000

/** What a run of jobs took. */
export interface Throughput {
  readonly jobsPerSecond: number
  /** Of every process that has a part in it: what remains to compare where others use the machine too. */
  readonly cpuMsPerJob: number
}

/** From the first request to the last stored result, one job a request, and in batches. */
export async function platenThroughput(jobs: number): Promise<{ readonly single: Throughput; readonly batch: Throughput }> {
  const fleet = await startFleet(agents)
  const simulators = startSimulators(processes, fleet.members, fleet.home)
  const client = jobClient(fleet.url, fleet.token)
  const asked = Array.from({ length: jobs }, (_, index) => ({
    siteId: (fleet.members[index % agents] as (typeof fleet.members)[number]).siteId,
    kind: 'lab.noop',
    input: {},
  }))
  let done = 0
  simulators.subscribe({ stored: () => (done += 1) })
  const rate = async (send: () => Promise<void>): Promise<Throughput> => {
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
export async function bullmqThroughput(jobs: number): Promise<Throughput> {
  const folder = await temporaryFolder()
  const redis = await startRedis(join(folder, 'redis'), { durability: 'always' })
  const port = await freePort()
  const children: ChildProcess[] = []
  const start = (role: string, ...args: readonly number[]): ChildProcess => {
    const child = startPeer('bullmq', [role, ...args])
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

async function measured(jobs: number, send: () => Promise<void>, done: () => number): Promise<Throughput> {
  const [from, cpuFrom] = [performance.now(), cpuSeconds()]
  await send()
  await waitUntil(`${jobs} jobs`, endMs, () => done() >= jobs)
  const cpuMs = (cpuSeconds() - cpuFrom) * 1_000
  return { jobsPerSecond: Math.round((jobs * 1_000) / (performance.now() - from)), cpuMsPerJob: Math.round((cpuMs / jobs) * 100) / 100 }
}

/** CPU time of this process and all that it started. */
function cpuSeconds(): number {
  return treeOf(process.pid).reduce((sum, { cpuSeconds: used }) => sum + used, 0)
}
