import { startFleet, startSimulators, waitUntil, type Fleet, type Simulators } from '@platen/lab'
import type { Bench, Figures } from '../bench.ts'
import { jobClient, type JobClient } from '../post-jobs.ts'

const usualAgents = 10_000
const processes = 4
const connectMs = 300_000
const endMs = 120_000
/** Jobs that are under way while everything is cut. */
const jobs = 500

/** All agents cut at once: how long until each is back with its session, and what became of the jobs that were under way. */
export const storm: Bench = {
  description: 'all agents cut at once, and back',
  budgets: { jobsLost: { most: 0 }, loopDelayP99Ms: { most: 100 } },
  run: async ({ jobs: agents = usualAgents }) => {
    const fleet = await startFleet(agents)
    const simulators = startSimulators(processes, fleet.members, fleet.home)
    const client = jobClient(fleet.url, fleet.token)
    try {
      await waitUntil('all agents', connectMs, () => simulators.open() === agents)
      return await cutAll(fleet, simulators, client, agents)
    } finally {
      client.close()
      simulators.close()
      await fleet.close()
    }
  },
}

async function cutAll(fleet: Fleet, simulators: Simulators, client: JobClient, agents: number): Promise<Figures> {
  const done = new Map<string, number>()
  simulators.onDone(jobId => done.set(jobId, (done.get(jobId) ?? 0) + 1))
  const sites = fleet.members.slice(0, jobs).map(({ siteId }) => ({ siteId, kind: 'lab.noop', input: {} }))
  await fleet.look()
  const dispatched = client.post('/v1/jobs:batch', { jobs: sites }) as Promise<{ items: { job: { id: string } }[] }>
  const before = simulators.welcomes()
  fleet.cut()
  const from = performance.now()
  // The request was cut as well where it had no answer yet; the jobs are there under their key, or not at all.
  const ids = await dispatched.then(
    ({ items }) => items.map(({ job }) => job.id),
    () => [],
  )
  await waitUntil('all agents to be back', connectMs, () => simulators.open() === agents && simulators.welcomes() >= before + agents)
  const secondsToAllBack = Math.round((performance.now() - from) / 100) / 10
  const { loopDelayP99Ms } = await fleet.look()
  await waitUntil('the jobs that were under way', endMs, () => ids.every(id => done.has(id))).catch(() => undefined)
  return {
    agents: simulators.open(),
    secondsToAllBack,
    jobsUnderWay: ids.length,
    jobsLost: ids.filter(id => !done.has(id)).length,
    loopDelayP99Ms: Math.round(loopDelayP99Ms),
  }
}
