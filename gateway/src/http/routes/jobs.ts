import { kinds, limits, newId, PlatenError, problemField, problemText, type Kind } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { isEnded, type Job } from '../../domain/job.ts'
import type { JobFilter } from '../../ports/jobs.ts'
import type { LatestProgress } from '../../ports/progress.ts'
import { iso, ok, type Route } from '../context.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import { jobShape, kindShape, listOf, pageQuery } from '../shapes.ts'

const body = {
  type: 'object',
  required: ['siteId', 'kind', 'input'],
  additionalProperties: false,
  properties: { siteId: { type: 'string', maxLength: 60 }, kind: { type: 'string', maxLength: 60 }, input: {} },
}
const states: readonly string[] = ['queued', 'offered', 'running', 'succeeded', 'failed', 'cancelled', 'expired']

/** Jobs of the account. */
export const jobRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/jobs',
    scope: 'dispatch',
    summary: 'Dispatch a job to a site; it waits where the agent is away',
    audit: 'job.create',
    body,
    bodyExample: { siteId: 'site_…', kind: 'cache.purge', input: { everything: true, reason: 'Deployed' } },
    answer: { status: 201, ...jobShape },
    handle: async ({ token, body: asked, record }, { store, bus, clock, progress }) => {
      const kind = kindOf(String(asked['kind']))
      checkInput(kind, asked['input'])
      const site = await store.sites.find(token.accountId, String(asked['siteId']))
      if (!site) throw new PlatenError('site.not_found', undefined, { field: 'siteId' })
      const made = queued(site, kind, asked['input'], clock.now())
      const job = await store.jobs.create(made, record(made.id))
      bus.publish({ type: 'job queued', siteId: site.id })
      bus.publish({ type: 'site event', siteId: site.id })
      return { status: 201, body: showJob(job, progress) }
    },
  },
  {
    method: 'GET',
    path: '/v1/jobs',
    scope: 'read',
    summary: 'List jobs, newest first; siteId, state and kind narrow it',
    query: {
      ...pageQuery,
      siteId: { type: 'string', description: 'Only jobs of this site' },
      state: { enum: states, description: 'Only jobs in this state' },
      kind: { type: 'string', description: 'Only jobs of this kind' },
    },
    answer: { status: 200, ...listOf(jobShape) },
    handle: async ({ token, query }, { store, progress }) =>
      ok(pageAnswer(await store.jobs.list(token.accountId, filter(query), pageRequest(query)), job => showJob(job, progress))),
  },
  {
    method: 'GET',
    path: '/v1/jobs/:id',
    scope: 'read',
    summary: 'Show a job with its result',
    answer: { status: 200, ...jobShape },
    handle: async ({ token, params }, { store, progress }) => {
      const job = await store.jobs.find(token.accountId, params['id'] ?? '')
      if (!job) throw new PlatenError('job.not_found')
      return ok(showJob(job, progress))
    },
  },
  {
    method: 'POST',
    path: '/v1/jobs/:id/cancel',
    scope: 'dispatch',
    summary: 'Cancel a job in whatever state it is',
    audit: 'job.cancel',
    answer: { status: 200, ...jobShape },
    handle: async ({ token, params, record }, { store, bus, clock, progress }) => {
      const id = params['id'] ?? ''
      const step = await store.jobs.cancel(token.accountId, id, clock.now(), record(id))
      if (!step) throw new PlatenError('job.not_found')
      const { job, effects } = step
      const { id: jobId, siteId, attempt, epoch } = job
      if (effects.includes('tell agent to cancel')) bus.publish({ type: 'job cancelled', jobId, siteId, attempt, epoch })
      bus.publish({ type: 'site event', siteId })
      return ok(showJob(job, progress))
    },
  },
  {
    method: 'GET',
    path: '/v1/kinds',
    scope: 'read',
    summary: 'List the kinds of jobs',
    answer: { status: 200, ...listOf(kindShape) },
    handle: async () => ok({ items: kinds }),
  },
]

function kindOf(name: string): Kind {
  const kind = kinds.find(({ name: known }) => known === name)
  if (!kind) throw new PlatenError('kind.unknown', undefined, { field: 'kind' })
  return kind
}

function checkInput({ name }: Kind, input: unknown): void {
  if (Buffer.byteLength(JSON.stringify(input) ?? '') > limits.job.inputBytes)
    throw new PlatenError('input.too_large', undefined, { field: 'input' })
  const check = inputValidators[name]
  if (check?.(input)) return
  const field = problemField(check?.errors)
  throw new PlatenError('input.invalid', problemText(check?.errors), { field: field === '(root)' ? 'input' : `input.${field}` })
}

function queued(site: { id: string; accountId: string }, kind: Kind, input: unknown, now: number): Job {
  return {
    id: newId('job'),
    accountId: site.accountId,
    siteId: site.id,
    kind: kind.name,
    input,
    origin: 'platform',
    createdAt: now,
    queueDeadline: now + kind.deadlines.queueMs,
    attempt: 0,
    epoch: 0,
    state: 'queued',
    notBefore: now,
  }
}

function filter({ siteId, state, kind }: Readonly<Record<string, string>>): JobFilter {
  if (state !== undefined && !states.includes(state))
    throw new PlatenError('input.invalid', `state: one of ${states.join(', ')} is meant.`, { field: 'state' })
  return { ...(siteId ? { siteId } : {}), ...(state ? { state: state as Job['state'] } : {}), ...(kind ? { kind } : {}) }
}

/** A job as the API answers it. */
export function showJob(job: Job, progress: LatestProgress): object {
  const { id, siteId, kind, origin, state, input, attempt, epoch, reason } = job
  const far = state === 'running' ? progress.of(id) : undefined
  return {
    id,
    siteId,
    kind,
    origin,
    state,
    input,
    attempt,
    epoch,
    createdAt: iso(job.createdAt),
    ...(job.state === 'queued' ? { notBefore: iso(job.notBefore) } : {}),
    ...(job.state === 'running' ? { startedAt: iso(job.startedAt) } : {}),
    ...(far ? { progress: far } : {}),
    ...(reason ? { reason } : {}),
    ...(isEnded(job) ? { finishedAt: iso(job.finishedAt), ...endOf(job) } : {}),
  }
}

function endOf({ end: { effect, result, error, bill } }: Job & { state: 'succeeded' | 'failed' | 'cancelled' | 'expired' }): object {
  return { effect, ...(result === undefined ? {} : { result }), ...(error ? { error } : {}), ...(bill ? { bill } : {}) }
}
