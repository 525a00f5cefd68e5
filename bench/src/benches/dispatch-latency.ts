import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { startFleet } from '@platen/lab'
import { fsyncProbe } from '../fsync-probe.ts'
import { percentile } from '../percentile.ts'
import { jobClient } from '../post-jobs.ts'

/** Milliseconds from the request to the event that the job has succeeded, and what the disk takes for one page in between. */
export interface DispatchLatency {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly fsyncP50Ms: number
  readonly fsyncP99Ms: number
}

const jobs = 300
const warmUp = 100
const jobMs = 20_000
/** An agent sends two frames for a job, and paces itself at 45 frames a second: jobs that come faster would wait for that. */
const pauseMs = 50

/** One job at a time on an idle machine, through one real agent whose journal is on the disk. */
export async function dispatchLatency(): Promise<DispatchLatency> {
  const fleet = await startFleet(1)
  const client = jobClient(fleet.url, fleet.token)
  try {
    const siteId = await fleet.startInstantAgent()
    const ends = await followEnds(fleet.url, fleet.token, siteId)
    const probe = fsyncProbe(fleet.directory)
    const took: number[] = []
    const syncs: number[] = []
    for (let job = 0; job < warmUp + jobs; job += 1) {
      const from = performance.now()
      const { id } = (await client.post('/v1/jobs', { siteId, kind: 'lab.noop', input: {} })) as { id: string }
      await ends.of(id)
      if (job >= warmUp) took.push(performance.now() - from)
      await delay(pauseMs)
      // In turn with the jobs: both meet the same disk, whoever else uses it.
      if (job >= warmUp) syncs.push(probe.once())
    }
    ends.close()
    probe.close()
    return {
      p50Ms: percentile(took, 50),
      p99Ms: percentile(took, 99),
      fsyncP50Ms: percentile(syncs, 50),
      fsyncP99Ms: percentile(syncs, 99),
    }
  } finally {
    client.close()
    await fleet.close()
  }
}

/** The ends of a site's jobs as its event stream tells them. */
async function followEnds(url: string, token: string, siteId: string): Promise<{ of(jobId: string): Promise<void>; close(): void }> {
  const outgoing = request(new URL(`/v1/sites/${siteId}/events`, url), { headers: { authorization: `Bearer ${token}` } })
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const ended = new Set<string>()
  const waiting = new Map<string, () => void>()
  const lines = createInterface({ input: response })
  // The stream is broken off at the end; one that breaks before shows as a job that does not end.
  lines.on('error', () => lines.close())
  lines.on('line', line => {
    if (!line.startsWith('data: {') || !line.includes('"job.succeeded"')) return
    const { jobId } = (JSON.parse(line.slice(6)) as { data: { jobId: string } }).data
    ended.add(jobId)
    waiting.get(jobId)?.()
  })
  return {
    of: jobId =>
      new Promise((resolve, reject) => {
        if (ended.delete(jobId)) return resolve()
        const timer = setTimeout(() => reject(new Error(`${jobId} did not end`)), jobMs)
        waiting.set(jobId, () => {
          clearTimeout(timer)
          waiting.delete(jobId)
          resolve()
        })
      }),
    close: () => outgoing.destroy(),
  }
}
