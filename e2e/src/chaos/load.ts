import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from '@platen/lab'
import type { Dice } from './dice.ts'

/** A client that dispatches jobs as the platform's services do: one by one or in batches, each request until it is answered. */
export interface Load {
  /** Jobs that the API said it had taken. */
  readonly accepted: ReadonlySet<string>
  /** Those that are cancelled, or will be. */
  readonly cancelled: ReadonlySet<string>
  /** Settles when all were dispatched. */
  readonly done: Promise<void>
}

interface Asked {
  readonly siteId: string
  readonly kind: string
  readonly input: object
}

const mostAtOnce = 40
const againMs = 250
/** Of a hundred jobs so many share a key with others, and so many are cancelled. */
const sharedOfHundred = 25
const cancelledOfHundred = 5

/** Dispatches `jobs` jobs to the sites, spread over as long as agents need for them; gives up at `signal`. */
export function startLoad(api: Api, sites: readonly string[], jobs: number, dice: Dice, pauseMs: number, signal: AbortSignal): Load {
  const accepted = new Set<string>()
  const cancelled = new Set<string>()
  const cancelling: Promise<void>[] = []
  const take = (ids: readonly string[]): void => {
    for (const id of ids) {
      accepted.add(id)
      if (dice.between(1, 100) > cancelledOfHundred) continue
      cancelled.add(id)
      cancelling.push(cancelLater(api, id, dice.between(0, 3_000), signal))
    }
  }
  const run = async (): Promise<void> => {
    for (let left = jobs; left > 0;) {
      const some = Math.min(left, dice.between(1, 3) === 1 ? 1 : dice.between(1, mostAtOnce))
      left -= some
      take(
        await dispatch(
          api,
          Array.from({ length: some }, () => ask(sites, dice)),
          signal,
        ),
      )
      await delay(pauseMs * some, undefined, { signal })
    }
    await Promise.all(cancelling)
  }
  return { accepted, cancelled, done: run() }
}

function ask(sites: readonly string[], dice: Dice): Asked {
  const shared = dice.between(1, 100) <= sharedOfHundred ? { shared: `key-${dice.between(1, 3)}` } : {}
  const input = { beforeMs: dice.between(0, 150), afterMs: dice.between(0, 50), ...shared }
  return { siteId: dice.oneOf(sites), kind: 'lab.increment', input }
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
