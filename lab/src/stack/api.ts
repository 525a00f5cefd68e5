import { setTimeout as delay } from 'node:timers/promises'
import { LabError } from '../lab-error.ts'

/** A job as the API answers it; only what lab reads. */
export interface ApiJob {
  readonly id: string
  readonly kind: string
  readonly state: 'queued' | 'offered' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired'
  readonly progress?: { readonly done: number; readonly total: number; readonly note: string }
  readonly result?: Readonly<Record<string, unknown>> & { readonly summary?: string }
  readonly error?: { readonly code: string; readonly message: string }
  readonly createdAt: string
  readonly finishedAt?: string
}

/** The gateway's API with one token. */
export interface Api {
  readonly url: string
  readonly token: string
  request<T>(method: string, path: string, body?: unknown): Promise<T>
  /** Creates a job and follows it to its end; `seen` is called whenever it looks different. @throws LabError lab.timeout */
  runJob(siteId: string, kind: string, input: unknown, deadlineMs: number, seen?: (job: ApiJob) => void): Promise<ApiJob>
}

const requestMs = 15_000
const pollMs = 150
const ended = new Set(['succeeded', 'failed', 'cancelled', 'expired'])

/** A client of the API at `url`. */
export function apiClient(url: string, token: string): Api {
  const request = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' ? {} : { 'idempotency-key': crypto.randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestMs),
    })
    const text = await response.text()
    if (!response.ok)
      throw new LabError(
        'lab.command_failed',
        `${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`,
        'See the gateway’s log.',
      )
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  const follow = async (id: string, deadlineMs: number, seen: (job: ApiJob) => void): Promise<ApiJob> => {
    const until = performance.now() + deadlineMs
    let last = ''
    for (;;) {
      const job = await request<ApiJob>('GET', `/v1/jobs/${id}`)
      const look = `${job.state} ${job.progress?.done} ${job.progress?.note}`
      if (look !== last) seen(job)
      last = look
      if (ended.has(job.state)) return job
      if (performance.now() > until)
        throw new LabError('lab.timeout', `Job ${id} (${job.kind}) is still ${job.state} after ${deadlineMs} ms`, 'See the agent’s log.')
      await delay(pollMs)
    }
  }
  return {
    url,
    token,
    request,
    runJob: async (siteId, kind, input, deadlineMs, seen = () => {}) => {
      const { id } = await request<{ id: string }>('POST', '/v1/jobs', { siteId, kind, input })
      return follow(id, deadlineMs, seen)
    },
  }
}
