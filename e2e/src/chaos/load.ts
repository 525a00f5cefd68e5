import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from '@platen/lab'
import { askedJob, type Asked } from './asked-jobs.ts'
import { dice } from './dice.ts'
import { startOwners, type Owners, type OwnersGround } from './owners.ts'

/**
 * Clients that ask for jobs: the platform's services by the API, one by one or in batches, each request until it is answered; and
 * owners at their sites.
 */
export interface Load extends Omit<Owners, 'done'> {
  /** Jobs of which somebody was told that they were taken. */
  readonly accepted: ReadonlySet<string>
  /** Those that are cancelled, or will be. */
  readonly cancelled: ReadonlySet<string>
  /** Settles when all were dispatched. */
  readonly done: Promise<void>
}

/** Who asks whom, and for how much. */
export interface LoadOptions {
  readonly api: Api
  readonly sites: readonly string[]
  readonly owners: OwnersGround
  /** All together. */
  readonly jobs: number
  readonly seed: number
  /** Between two jobs, on average. */
  readonly pauseMs: number
}

const mostAtOnce = 40
const againMs = 250
/** Of a hundred jobs so many are asked for at the sites, and of the others so many are cancelled. */
const ownersOfHundred = 8
const cancelledOfHundred = 5

/** Asks for all jobs, spread over as long as agents need for them; gives up at `signal`. */
export function startLoad({ api, sites, owners: ground, jobs, seed, pauseMs }: LoadOptions, signal: AbortSignal): Load {
  const drawn = dice(seed)
  const ownersJobs = Math.round((jobs * ownersOfHundred) / 100)
  /** The pause between two of so many jobs, which take as long as all. */
  const spread = (count: number): number => (pauseMs * jobs) / count
  const accepted = new Set<string>()
  const cancelled = new Set<string>()
  const cancelling: Promise<void>[] = []
  const take = (ids: readonly string[]): void => {
    for (const id of ids) {
      accepted.add(id)
      if (drawn.between(1, 100) > cancelledOfHundred) continue
      cancelled.add(id)
      cancelling.push(cancelLater(api, id, drawn.between(0, 3_000), signal))
    }
  }
  const run = async (): Promise<void> => {
    for (let left = jobs - ownersJobs; left > 0;) {
      const some = Math.min(left, drawn.between(1, 3) === 1 ? 1 : drawn.between(1, mostAtOnce))
      left -= some
      take(
        await dispatch(
          api,
          Array.from({ length: some }, () => askedJob(sites, drawn)),
          signal,
        ),
      )
      await delay(spread(jobs - ownersJobs) * some, undefined, { signal })
    }
    await Promise.all(cancelling)
  }
  const { done, ...told } = startOwners(
    ground,
    // Dice of their own: what the API takes must not change what they ask for.
    { jobs: ownersJobs, pauseMs: spread(ownersJobs), dice: dice(seed + 1) },
    id => void accepted.add(id),
    signal,
  )
  return { accepted, cancelled, ...told, done: Promise.all([run(), done]).then(() => {}) }
}

/** The ids of jobs that were taken. One key for all tries: a request whose answer was lost must not make its jobs twice. */
async function dispatch(api: Api, asked: readonly Asked[], signal: AbortSignal): Promise<readonly string[]> {
  const [only] = asked
  if (only && asked.length === 1) return [(await until<{ id: string }>(api, '/v1/jobs', only, signal)).id]
  const { items } = await until<{ items: { job: { id: string } }[] }>(api, '/v1/jobs:batch', { jobs: asked }, signal)
  return items.map(({ job }) => job.id)
}

async function cancelLater(api: Api, id: string, afterMs: number, signal: AbortSignal): Promise<void> {
  await delay(afterMs, undefined, { signal })
  await until(api, `/v1/jobs/${id}/cancel`, {}, signal)
}

/** Sends a request again and again until the gateway answers it, whatever it says; only a server's own failure is no answer. */
async function until<T>(api: Api, path: string, body: object, signal: AbortSignal): Promise<T> {
  const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  for (;;) {
    try {
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(20_000)])
      const response = await fetch(new URL(path, api.url), { method: 'POST', headers, body: JSON.stringify(body), signal: timeout })
      const answer = (await response.json()) as T
      // A job that was cancelled has ended, which is no failure.
      if (response.ok || response.status === 409) return answer
      if (response.status < 500) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException)) throw error
    }
    await delay(againMs, undefined, { signal })
  }
}
