import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from '@platen/lab'
import type { FinalJob, Increment } from './checker.ts'
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
    if (observer.told.size < load.accepted.size) return false
    return [...(await everyJob(api, sites)).keys()].every(id => observer.told.has(id))
  }
  while (performance.now() < end && !(await isTold())) await delay(lookMs)
  for (const agent of agents) while (performance.now() < end && !(await isIdle(agent))) await delay(lookMs)
  await delay(leaseMs)
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
export async function everyJob(api: Api, sites: readonly string[]): Promise<Map<string, FinalJob & { readonly attempt: number }>> {
  const jobs = new Map<string, FinalJob & { readonly attempt: number }>()
  for (const siteId of sites) {
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const at = cursor === '' ? '' : `&cursor=${cursor}`
      const page: { items: Shown[]; nextCursor?: string } = await api.request('GET', `/v1/jobs?siteId=${siteId}&limit=100${at}`)
      for (const { input, createdAt, ...job } of page.items) {
        const shared = input.shared === undefined ? {} : { shared: input.shared }
        jobs.set(job.id, { ...job, createdAt: Date.parse(createdAt), ...shared })
      }
      cursor = page.nextCursor
    }
  }
  return jobs
}

type Shown = Omit<FinalJob, 'createdAt' | 'shared'> & {
  readonly createdAt: string
  readonly attempt: number
  readonly input: { readonly shared?: string }
}

/** What the sites counted, by job. */
export function increments({ sites, agents }: World): Map<string, readonly Increment[]> {
  const siteOf = (name: string): string => agents.find((_agent, index) => name === `site-${index}`)?.siteId ?? name
  return new Map([...sites.counts].map(([id, counts]) => [id, counts.map(({ site, at }) => ({ siteId: siteOf(site), at }))]))
}
