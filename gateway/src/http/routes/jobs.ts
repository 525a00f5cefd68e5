import { PlatenError, toPlatenError } from '@platen/protocol'
import { kindIn, type Catalog } from '../../domain/catalog.ts'
import { hintsOf } from '../../domain/hint.ts'
import type { Job } from '../../domain/job.ts'
import type { JobStep } from '../../domain/job-machine.ts'
import { placeOf } from '../../domain/place.ts'
import type { BatchOutcome, Created, JobFilter, Refused } from '../../ports/jobs.ts'
import { ok, type HttpParts, type Route } from '../context.ts'
import { showJob } from '../job-view.ts'
import { newJob, newJobSchema } from '../new-job.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import { problemOf, type Problem } from '../problem.ts'
import { batchShape, jobShape, jobStates, kindShape, listOf, pageQuery } from '../shapes.ts'

/** Jobs of one batch. */
const mostOfBatch = 1_000
const batchBytes = 8_388_608

/** Jobs of the account. */
export const jobRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/jobs',
    scope: 'dispatch',
    summary: 'Dispatch a job to a site; it waits where the agent is away',
    audit: 'job.create',
    body: newJobSchema,
    bodyExample: { siteId: 'site_…', kind: 'cache.purge', input: { everything: true, reason: 'Deployed' } },
    answer: { status: 201, ...jobShape },
    handle: async ({ token, body: asked, record }, parts) => {
      const made = newJob(parts.catalog, token.accountId, asked, parts.clock.now())
      const creating = parts.store.jobs.create(made, record(made.id))
      // Whoever looks now stands right behind it in the store's queue, and may share its commit. A look in vain harms nobody.
      parts.bus.publish({ type: 'job queued', place: placeOf(made) })
      const created = await creating
      announce(parts, stepsOf(created))
      return { status: 201, body: showJob(created.job, parts.progress) }
    },
  },
  {
    method: 'POST',
    path: '/v1/jobs:batch',
    scope: 'dispatch',
    summary: `Dispatch up to ${mostOfBatch} jobs in one commit; each has its own outcome`,
    description:
      'Outcomes are in the order of the jobs: a job as it was created, or the problem that kept it from being created. One job that is refused keeps no other from being taken.',
    audit: 'job.batch',
    bodyBytes: batchBytes,
    body: {
      type: 'object',
      required: ['jobs'],
      additionalProperties: false,
      properties: { jobs: { type: 'array', minItems: 1, maxItems: mostOfBatch, items: newJobSchema } },
    },
    bodyExample: { jobs: [{ siteId: 'site_…', kind: 'cache.purge', input: { everything: true, reason: 'Deployed' } }] },
    answer: { status: 200, ...batchShape },
    handle: async ({ token, body, record }, parts) => {
      const asked = (body['jobs'] as readonly Readonly<Record<string, unknown>>[]).map(one =>
        attempt(() => newJob(parts.catalog, token.accountId, one, parts.clock.now())),
      )
      const count = asked.filter(({ job }) => job).length
      const jobs = asked.map(({ job, problem }) => job ?? refusalOf(problem))
      const outcomes = await parts.store.jobs.createBatch(token.accountId, jobs, record(`${count} jobs`))
      announce(
        parts,
        outcomes.flatMap(outcome => ('job' in outcome ? stepsOf(outcome) : [])),
      )
      return ok({ items: outcomes.map((outcome, index) => showOutcome(outcome, asked[index]?.problem, parts)) })
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
      state: { enum: jobStates, description: 'Only jobs in this state' },
      kind: { type: 'string', description: 'Only jobs of this kind' },
    },
    answer: { status: 200, ...listOf(jobShape) },
    handle: async ({ token, query }, { store, progress, catalog }) =>
      ok(pageAnswer(await store.jobs.list(token.accountId, filter(query, catalog), pageRequest(query)), job => showJob(job, progress))),
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
    description: 'A job that an agent has is asked to stop, and ends when its agent says so.',
    audit: 'job.cancel',
    answer: { status: 200, ...jobShape },
    handle: async ({ token, params, record }, parts) => {
      const id = params['id'] ?? ''
      const step = await parts.store.jobs.cancel(token.accountId, id, parts.clock.now(), record(id))
      if (!step) throw new PlatenError('job.not_found')
      announce(parts, [step, ...step.also])
      return ok(showJob(step.job, parts.progress))
    },
  },
  {
    method: 'GET',
    path: '/v1/kinds',
    scope: 'read',
    summary: 'List the kinds of jobs',
    answer: { status: 200, ...listOf(kindShape) },
    handle: async (_call, { catalog }) => ok({ items: catalog.kinds }),
  },
]

function announce({ bus }: Pick<HttpParts, 'bus'>, steps: readonly JobStep[]): void {
  for (const hint of hintsOf(steps)) bus.publish(hint)
}

function stepsOf({ job, also }: Created): readonly JobStep[] {
  return [{ job, accepted: true, effects: [] }, ...also]
}

/** One job of a batch, or what is wrong with it. */
function attempt(make: () => Job): Attempt {
  try {
    return { job: make() }
  } catch (error) {
    if (toPlatenError(error).code === 'internal') throw error
    return { problem: problemOf(error) }
  }
}

type Attempt = { readonly job: Job; readonly problem?: undefined } | { readonly job?: undefined; readonly problem: Problem }

function refusalOf({ code, field }: Problem): Refused {
  return { refused: code, ...(field === undefined ? {} : { field }) }
}

/** What is wrong with a job by now is told in its own words only where that is what it was refused for. */
function showOutcome(outcome: BatchOutcome, now: Problem | undefined, { progress }: Pick<HttpParts, 'progress'>): object {
  if ('job' in outcome) return { job: showJob(outcome.job, progress) }
  const { refused, field } = outcome
  if (now?.code === refused) return { problem: now }
  return { problem: problemOf(new PlatenError(refused, undefined, field === undefined ? {} : { field })) }
}

function filter({ siteId, state, kind }: Readonly<Record<string, string>>, catalog: Catalog): JobFilter {
  if (kind !== undefined && !kindIn(catalog, kind)) throw new PlatenError('kind.unknown', undefined, { field: 'kind' })
  if (state !== undefined && !jobStates.includes(state))
    throw new PlatenError('input.invalid', `state: one of ${jobStates.join(', ')} is meant.`, { field: 'state' })
  return { ...(siteId ? { siteId } : {}), ...(state ? { state: state as Job['state'] } : {}), ...(kind ? { kind } : {}) }
}
