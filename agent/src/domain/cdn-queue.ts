import { limits } from '@platen/protocol'
import { withTags } from './cdn-tag-queue.ts'

/** What is to be purged at the CDN: pages, all of the site, or pages by what they show. */
export type CdnWhat = { readonly urls: readonly string[] } | { readonly everything: true } | { readonly tags: readonly string[] }

/** What one job wants purged there. */
export interface CdnWish {
  /** Who hears of it; nobody hears of tags. */
  readonly jobId: string
  readonly what: CdnWhat
  /** What nobody may see any more goes first. */
  readonly urgent: boolean
}

/** One request to the gateway, which waits until it is answered. */
export interface CdnRequest {
  readonly id: string
  readonly what: CdnWhat
  readonly urgent: boolean
  /** Jobs that it is for, the newest last. */
  readonly jobs: readonly string[]
}

/** What the queue is told of requests. */
export interface QueueRules {
  /** An id that no request has had. */
  readonly newId: () => string
  /** The gateway has it just now: nothing is added to it, since it may be purged already. */
  readonly isUnderWay: (id: string) => boolean
}

const { requestUrls, requestBytes, waitingUrls, waitingBytes } = limits.cdn

/** Jobs of one request that hear of its outcome; older ones are forgotten, their pages are not. */
const mostJobs = 500

/**
 * The queue with one more wish. A URL waits once; everything covers URLs, and takes their place where they become too many:
 * nothing is ever dropped.
 *
 * A request that is touched gets another id. The gateway may know the old one from an earlier connection, and have done what it
 * said before the page was new here.
 */
export function withWish(queue: readonly CdnRequest[], wish: CdnWish, rules: QueueRules): readonly CdnRequest[] {
  if ('everything' in wish.what) return asEverything(queue, wish, rules)
  if ('tags' in wish.what) return withTags(queue, wish.what.tags, wish.urgent, rules)
  const whole = queue.find(request => 'everything' in request.what && !rules.isUnderWay(request.id))
  if (whole) return queue.map(request => (request === whole ? joined(request, wish, rules) : request))
  const left = new Set(wish.what.urls)
  const covered = queue.map(request => {
    const urls = rules.isUnderWay(request.id) ? [] : urlsOf(request)
    if (!urls.some(url => left.has(url))) return request
    for (const url of urls) left.delete(url)
    return joined(request, wish, rules)
  })
  const next = added(covered, { ...wish, urls: [...left] }, rules)
  return isTooMuch(next) ? asEverything(next, wish, rules) : next
}

/** Jobs of a request of which nothing else waits. */
export function jobsDone(queue: readonly CdnRequest[], request: CdnRequest): readonly string[] {
  const open = new Set(queue.filter(other => other !== request).flatMap(({ jobs }) => jobs))
  return request.jobs.filter(job => !open.has(job))
}

/** All of the site in the place of all that waits. */
function asEverything(queue: readonly CdnRequest[], { jobId, urgent }: CdnWish, { newId }: QueueRules): readonly CdnRequest[] {
  const jobs = newest([...queue.flatMap(request => request.jobs), jobId])
  return [{ id: newId(), what: { everything: true }, urgent: urgent || queue.some(request => request.urgent), jobs }]
}

/** The same for one more job; urgent as a whole where a part of it is. */
function joined(request: CdnRequest, { jobId, urgent }: Pick<CdnWish, 'jobId' | 'urgent'>, { newId }: QueueRules): CdnRequest {
  return { ...request, id: newId(), urgent: request.urgent || urgent, jobs: newest([...request.jobs, jobId]) }
}

/** With URLs that do not wait yet: in requests that have room, and in new ones. */
function added(
  queue: readonly CdnRequest[],
  { jobId, urgent, urls }: Omit<CdnWish, 'what'> & { readonly urls: readonly string[] },
  rules: QueueRules,
): readonly CdnRequest[] {
  const left = [...urls]
  const filled = queue.map(request => {
    if (left.length === 0 || request.urgent !== urgent || !('urls' in request.what) || rules.isUnderWay(request.id)) return request
    const more = takeFitting(left, request.what.urls)
    if (more.length === 0) return request
    return joined({ ...request, what: { urls: [...request.what.urls, ...more] } }, { jobId, urgent }, rules)
  })
  const fresh: CdnRequest[] = []
  while (left.length > 0) fresh.push({ id: rules.newId(), what: { urls: takeFitting(left, []) }, urgent, jobs: [jobId] })
  return [...filled, ...fresh]
}

/** Takes as many off the list as fit into a request beside those that are there. */
function takeFitting(list: string[], beside: readonly string[]): readonly string[] {
  let bytes = bytesOf(beside)
  let count = 0
  for (const url of list.slice(0, requestUrls - beside.length)) {
    bytes += bytesOf([url])
    if (bytes > requestBytes) break
    count += 1
  }
  return list.splice(0, count)
}

function isTooMuch(queue: readonly CdnRequest[]): boolean {
  const urls = queue.flatMap(urlsOf)
  return urls.length > waitingUrls || bytesOf(urls) > waitingBytes
}

function urlsOf({ what }: CdnRequest): readonly string[] {
  return 'urls' in what ? what.urls : []
}

function bytesOf(urls: readonly string[]): number {
  return urls.reduce((sum, url) => sum + JSON.stringify(url).length + 1, 0)
}

function newest(jobs: readonly string[]): readonly string[] {
  return [...new Set(jobs.toReversed())].slice(0, mostJobs).toReversed()
}
