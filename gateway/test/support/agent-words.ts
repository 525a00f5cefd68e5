import { kinds } from '@platen/protocol'
import type { Job } from '../../src/domain/job.ts'
import type { AgentEvent } from '../../src/domain/job-event.ts'
import type { JobStore, StoredStep } from '../../src/ports/jobs.ts'

type Unfenced<Event> = Event extends unknown ? Omit<Event, 'agentId'> : never

/** The next job of a site, leased to its agent, which can do everything. */
export async function claimOne(
  jobs: JobStore,
  siteId: string,
  agentId: string,
  leaseMs: number,
  now: number,
): Promise<(Job & { state: 'offered' }) | undefined> {
  const names = kinds.map(({ name }) => name)
  return (await jobs.claim({ places: [siteId], agentId, kinds: names, leaseMs, now, most: 1 })).jobs[0]
}

/** What a site's agent says of a job. */
export function say(
  jobs: JobStore,
  { siteId, agentId }: { readonly siteId: string; readonly agentId: string },
  jobId: string,
  event: Unfenced<Exclude<AgentEvent, { type: 'wait' }>>,
  now: number,
): Promise<StoredStep | undefined> {
  return jobs.apply([siteId], jobId, { ...event, agentId }, now)
}
