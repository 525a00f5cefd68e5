import {
  limits,
  PlatenError,
  problemField,
  problemText,
  toldError,
  type LocalJobRequest,
  type LocalStatus,
  type LocalWishes,
} from '@platen/protocol'
import { localValidators } from '@platen/protocol/validators/local'
import type { Run } from '../domain/run.ts'
import type { FollowUps } from '../ports/follow-ups.ts'
import type { Jobs } from '../ports/jobs.ts'
import type { Owner } from '../ports/owner.ts'
import type { ReceiptPage } from '../ports/receipts.ts'
import { jobView } from './job-view.ts'

/** What the routes are about. */
export interface LocalSubject {
  readonly jobs: Jobs
  readonly followUps: Pick<FollowUps, 'of'>
  readonly status: () => LocalStatus
  readonly owner: Pick<Owner, 'view' | 'wish'>
  /** In how many milliseconds everything may be purged again. */
  readonly purgeWaitMs: () => number
  /** Receipts on record from a number on. */
  readonly receipts: (from: number) => ReceiptPage
  /** Changes the key that the agent shows its gateway. @throws PlatenError enrol.missing, file.denied, agent.revoked */
  readonly rotateKey: () => void
}

/** A request after its bounds were kept: path without query, and what JSON its body was. */
export interface LocalRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
}

/** What a route answers with: one JSON value, or news of one job, line by line, until it has ended. */
export type LocalReply = { readonly status: number; readonly json: unknown } | { readonly follow: Run }

/** Who speaks on a server: PHP says whether owner or event; the control socket is root's. */
export type Audience = 'plugin' | 'control'

const jobPath = /^\/v1\/jobs\/([^/]{1,80})(\/cancel|\/events)?$/
const jobId = /^job_[0-9a-f-]{36}$/

/** Answers one request. @throws PlatenError route.not_found, job.not_found, input.invalid, and what Jobs throws */
export function answerLocal(
  { jobs, followUps, status, owner, purgeWaitMs, receipts, rotateKey }: LocalSubject,
  audience: Audience,
  request: LocalRequest,
): LocalReply {
  const { method, path } = request
  const route = `${method} ${path}`
  if (route === 'GET /v1/status') return { status: 200, json: status() }
  if (route === 'GET /v1/jobs') return { status: 200, json: { items: listJobs(jobs, request.query) } }
  if (route === 'POST /v1/jobs') return { status: 202, json: createJob({ jobs, purgeWaitMs }, audience, request.body) }
  if (route === 'GET /v1/owner') return { status: 200, json: owner.view() }
  if (route === 'PUT /v1/owner') return { status: 200, json: owner.wish(checked('wishes', request.body) as LocalWishes) }
  if (route === 'POST /v1/key/rotate' && audience === 'control') {
    rotateKey()
    return { status: 202, json: status() }
  }
  if (route === 'GET /v1/receipts' && audience === 'control') return { status: 200, json: receipts(fromOf(request.query)) }
  const [, id = '', action] = jobPath.exec(path) ?? []
  if (id === '') throw new PlatenError('route.not_found')
  const run = jobId.test(id) ? jobs.find(id) : undefined
  if (!run) throw new PlatenError('job.not_found')
  if (method === 'GET' && action === undefined) return { status: 200, json: jobView(run, jobs.progressOf(id), true, followUps.of(id)) }
  if (method === 'POST' && action === '/cancel') return cancelJob(jobs, run)
  if (method === 'GET' && action === '/events' && audience === 'control') return { follow: run }
  throw new PlatenError('route.not_found')
}

/** A body of its schema. @throws PlatenError input.invalid */
function checked(name: 'job.request' | 'wishes', body: unknown): unknown {
  const validate = localValidators[name]
  if (validate?.(body)) return body
  throw new PlatenError('input.invalid', `${problemText(validate?.errors)}.`, { field: problemField(validate?.errors) })
}

function listJobs(jobs: Jobs, query: URLSearchParams): unknown[] {
  const asked = query.get('limit') ?? '20'
  const limit = /^[0-9]{1,3}$/.test(asked) ? Number(asked) : 0
  if (limit < 1 || limit > limits.job.pageSize) {
    throw new PlatenError('input.invalid', `limit is 1 to ${limits.job.pageSize}.`, { field: 'limit' })
  }
  return jobs.recent(limit).map(run => jobView(run, jobs.progressOf(run.jobId), false))
}

function fromOf(query: URLSearchParams): number {
  const asked = query.get('from') ?? '0'
  if (/^[0-9]{1,15}$/.test(asked)) return Number(asked)
  throw new PlatenError('input.invalid', 'from is a whole number.', { field: 'from' })
}

function createJob({ jobs, purgeWaitMs }: Pick<LocalSubject, 'jobs' | 'purgeWaitMs'>, audience: Audience, body: unknown): unknown {
  // Root says no origin: it is told by the socket.
  const request = audience === 'control' && typeof body === 'object' ? { ...body, origin: 'owner' } : body
  const { kind, input, origin } = checked('job.request', request) as LocalJobRequest
  try {
    return jobView(jobs.create(kind, input, audience === 'control' ? 'root' : origin), undefined, true)
  } catch (error) {
    const isTooOften = error instanceof PlatenError && error.code === 'purge.too_often'
    throw isTooOften ? toldError(error.code, error.message, { retryAfterMs: purgeWaitMs() }) : error
  }
}

/** Whoever speaks for the site may stop what was asked for at the site, and what the platform asked for too: it is their site. */
function cancelJob(jobs: Jobs, run: Run): LocalReply {
  if (jobs.cancel(run.jobId) !== 'stopping') throw new PlatenError('job.finished')
  return { status: 202, json: jobView(jobs.find(run.jobId) ?? run, jobs.progressOf(run.jobId), true) }
}
