import { PlatenError } from '@platen/protocol'
import { isEnded } from '../domain/job.ts'
import type { Token } from '../ports/tokens.ts'
import type { HttpParts, RouteDocument } from './context.ts'
import type { StreamOf } from './event-stream.ts'

const answer = {
  status: 200,
  type: 'text/event-stream',
  schema: { type: 'string' },
  example: 'id: 7\nevent: job.succeeded\ndata: {"specversion":"1.0","type":"job.succeeded",…}\n\n',
}
const query = { after: { type: 'integer', minimum: 0, description: 'As Last-Event-ID, for who cannot set headers' } }
const description =
  'Server-sent events, each a CloudEvent. Last-Event-ID resumes after an event without losing any. 204 where nothing will come any more: the job has ended, and its end was seen.'

/** A route that answers with server-sent events. */
export interface StreamRoute extends RouteDocument {
  /** What of the account the stream shows. @throws PlatenError job.not_found, site.not_found */
  of(token: Token, id: string, parts: Pick<HttpParts, 'store'>): Promise<Pick<StreamOf, 'accountId' | 'siteId' | 'jobId'>>
}

/** What can be followed. */
export const streamRoutes: readonly StreamRoute[] = [
  {
    method: 'GET',
    path: '/v1/jobs/:id/events',
    scope: 'read',
    summary: 'Follow a job until it ends',
    description,
    query,
    answer,
    of: async ({ accountId }, jobId, { store }) => {
      const job = await store.jobs.find(accountId, jobId)
      if (!job) throw new PlatenError('job.not_found')
      // Its site as well: the events of others are none of it.
      return { accountId, jobId, siteId: job.siteId }
    },
  },
  {
    method: 'GET',
    path: '/v1/sites/:id/events',
    scope: 'read',
    summary: 'Follow everything that happens at a site',
    description,
    query,
    answer,
    of: async ({ accountId }, siteId, { store }) => {
      if (!(await store.sites.find(accountId, siteId))) throw new PlatenError('site.not_found')
      return { accountId, siteId }
    },
  },
]

/** Whether a job's stream would have nothing to tell and no end: an EventSource that is answered 204 does not come back. */
export async function isOver({ accountId, jobId, after }: StreamOf, { store }: Pick<HttpParts, 'store'>): Promise<boolean> {
  const job = jobId === undefined ? undefined : await store.jobs.find(accountId, jobId)
  if (!job || !isEnded(job)) return false
  return (await store.jobs.events(accountId, { jobId: job.id }, after, 1)).length === 0
}

/** Where a stream starts. @throws PlatenError cursor.invalid */
export function startOf(lastEventId: string | readonly string[] | undefined, after: string | undefined): number {
  const sequence = Number(lastEventId ?? after ?? 0)
  if (!Number.isSafeInteger(sequence) || sequence < 0) throw new PlatenError('cursor.invalid', undefined, { field: 'Last-Event-ID' })
  return sequence
}
