import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from '@platen/lab'
import { poolName } from './cast.ts'
import type { Evidence, FinalJob, Increment } from './evidence.ts'
import type { Load } from './load.ts'
import type { Observer } from './observer.ts'
import type { World } from './world.ts'

/** Everything has to have ended so long after the last fault. */
const settleMs = 120_000
const lookMs = 500

/**
 * Waits until nothing is under way any more: at the gateway, which has told of every end, and at the agents, which have nothing that it
 * has not heard of. What an agent took up late would still begin within a lease, so that is waited for as well. Gives up after two minutes,
 * and what is not quiet then shows in what is found.
 */
export async function quiet({ api, agents }: World, load: Load, observer: Observer, leaseMs: number): Promise<void> {
  const end = performance.now() + settleMs
  const sites = agents.map(({ siteId }) => siteId)
  const isTold = async (): Promise<boolean> => {
    if (endedOf(load, observer) < load.accepted.size) return false
    return [...(await everyJob(api, sites)).keys()].every(id => observer.told.has(id))
  }
  while (performance.now() < end && !(await isTold())) await delay(lookMs)
  for (const agent of agents) while (performance.now() < end && !(await isIdle(agent))) await delay(lookMs)
  await delay(leaseMs)
}

/** How many of the jobs that were taken have ended, as far as that was told. */
export function endedOf({ accepted }: Pick<Load, 'accepted'>, { told }: Pick<Observer, 'told'>): number {
  return [...accepted].filter(id => told.has(id)).length
}

async function isIdle(agent: World['agents'][number]): Promise<boolean> {
  const goOn = agent.freeze()
  try {
    return (await agent.inFlight()).unheard.length === 0
  } finally {
    goOn()
  }
}

/** All that the store holds, through the API. */
export async function everyJob(api: Api, sites: readonly string[]): Promise<Map<string, FinalJob>> {
  const jobs = new Map<string, FinalJob>()
  for (const siteId of sites) {
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const at = cursor === '' ? '' : `&cursor=${cursor}`
      const page: { items: Shown[]; nextCursor?: string } = await api.request('GET', `/v1/jobs?siteId=${siteId}&limit=100${at}`)
      for (const { input, createdAt, result, ...job } of page.items) {
        const { shared, tag, childPool } = input
        const asked = { ...(shared === undefined ? {} : { shared }), ...(tag === undefined ? {} : { tag }) }
        const family = { ...(childPool === undefined ? {} : { childPool }), ...(result?.child ? { toldChild: result.child } : {}) }
        jobs.set(job.id, { ...job, createdAt: Date.parse(createdAt), ...asked, ...family })
      }
      cursor = page.nextCursor
    }
  }
  return jobs
}

type Shown = Omit<FinalJob, 'createdAt' | AskedOf | 'toldChild'> & {
  readonly createdAt: string
  readonly input: Pick<FinalJob, AskedOf>
  readonly result?: { readonly child?: NonNullable<FinalJob['toldChild']> }
}
type AskedOf = 'shared' | 'tag' | 'childPool'

/** What the sites counted, by job. */
export function increments({ sites, agents }: World): Map<string, readonly Increment[]> {
  const siteOf = (name: string): string => agents.find((_agent, index) => name === `site-${index}`)?.siteId ?? name
  return new Map([...sites.counts].map(([id, counts]) => [id, counts.map(({ site, at }) => ({ siteId: siteOf(site), at }))]))
}

/** Sites whose agents serve the pool. */
export function poolsOf({ agents, cast }: World): Evidence['pools'] {
  return new Map([[poolName, new Set(cast.pool.map(index => agents[index]?.siteId ?? ''))]])
}
