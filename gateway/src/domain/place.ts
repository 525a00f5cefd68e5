import type { JobIdentity } from './job.ts'

/** Where jobs are carried out: a site's own agent, or any agent of a pool. */
export type Place = string

/** The place of a job, or of an agent. */
export function placeOf({ siteId, pool }: { readonly siteId?: string; readonly pool?: string }): Place {
  return pool === undefined ? (siteId ?? '') : `pool:${pool}`
}

/** Whether a place is a pool. */
export function isPool(place: Place): boolean {
  return place.startsWith('pool:')
}

/**
 * What a heavy job takes while it runs, and no other heavy one beside it: its site's machine, or the one machine of a pool
 * that has the lease.
 */
export function heavySlot(job: Pick<JobIdentity, 'siteId' | 'pool'>, agentId: string): string {
  return job.pool === undefined ? job.siteId : agentId
}
