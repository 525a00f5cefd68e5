import { limits, PlatenError, toPlatenError } from '@platen/protocol'
import type { CdnAnswer, CdnAsk } from '../domain/cdn-message.ts'
import type { CdnWhat } from '../domain/cdn-queue.ts'
import { siteUrl } from '../domain/site-url.ts'
import type { CdnPurges } from '../ports/cdn-purges.ts'
import type { WorkOrder } from '../ports/workers.ts'
import { changesKind } from './change-jobs.ts'

/** Questions of one worker: more than any job has, and an end for one that goes on for ever. */
const mostAsks = 20_000

/** Where the questions of one worker go. */
export interface WorkerCdnOptions {
  /** Absent where there is no gateway that could purge. */
  readonly cdn: CdnPurges | undefined
  readonly order: Pick<WorkOrder, 'jobId' | 'kind'>
  /** The site's URL. */
  readonly site: string
}

/**
 * Answers what a worker asks about the CDN; false where it asks too much. Only a job that purges may, and pages of the site
 * alone: a worker may have been taken over.
 */
export function workerCdn(
  { cdn, order: { jobId, kind }, site }: WorkerCdnOptions,
  answer: (answer: CdnAnswer) => void,
): (ask: CdnAsk) => boolean {
  let asks = 0
  const value = async (ask: CdnAsk): Promise<unknown> => {
    if (kind !== changesKind) throw new PlatenError('policy.denied', `${kind} has nothing to do with the CDN.`)
    if (ask.type === 'cdn.want') return cdn?.want({ jobId, what: ownOf(ask.what, site), urgent: ask.urgent })
    return (await cdn?.outcome(jobId, Math.min(ask.withinMs, limits.cdn.outcomeMs))) ?? { outcome: 'absent' }
  }
  return ask => {
    asks += 1
    if (asks > mostAsks) return false
    value(ask).then(
      told => answer({ type: 'cdn', id: ask.id, ok: true, value: told }),
      (error: unknown) => {
        const { code, message } = toPlatenError(error)
        answer({ type: 'cdn', id: ask.id, ok: false, code, message: message.slice(0, 500) })
      },
    )
    return true
  }
}

/** @throws PlatenError url.invalid, url.foreign */
function ownOf(what: CdnWhat, site: string): CdnWhat {
  return 'urls' in what ? { urls: what.urls.map(url => siteUrl(url, site).href) } : what
}
