import { limits } from '@platen/protocol'
import type { CdnRequest, QueueRules } from './cdn-queue.ts'
import { everyPageTag } from './cdn-tags.ts'

const { requestTags, waitingTags } = limits.cdn

/**
 * The queue with more tags: each waits once among those that are as urgent, in requests of their own, of which no job hears. Where
 * they become too many, the tag of every page stands for them. All of the site covers them. As with URLs, a request that is touched
 * gets another id.
 */
export function withTags(
  queue: readonly CdnRequest[],
  wanted: readonly string[],
  urgent: boolean,
  rules: QueueRules,
): readonly CdnRequest[] {
  if (wanted.length === 0) return queue
  const whole = queue.find(request => 'everything' in request.what && !rules.isUnderWay(request.id))
  if (whole) return queue.map(request => (request === whole ? { ...whole, id: rules.newId(), urgent: whole.urgent || urgent } : request))
  const waiting = queue.filter(request => 'tags' in request.what && !rules.isUnderWay(request.id))
  const alike = waiting.filter(request => request.urgent === urgent)
  const others = queue.filter(request => !alike.includes(request))
  const tags = new Set([...alike.flatMap(tagsOf), ...wanted])
  const all = new Set([...waiting.flatMap(tagsOf), ...wanted])
  if (all.size > waitingTags) {
    const isUrgent = urgent || waiting.some(request => request.urgent)
    return [...queue.filter(request => !waiting.includes(request)), requestOf([everyPageTag], isUrgent, rules)]
  }
  const list = [...tags]
  const parts = Array.from({ length: Math.ceil(list.length / requestTags) }, (_, index) =>
    list.slice(index * requestTags, (index + 1) * requestTags),
  )
  return [...others, ...parts.map(part => requestOf(part, urgent, rules))]
}

function tagsOf({ what }: CdnRequest): readonly string[] {
  return 'tags' in what ? what.tags : []
}

function requestOf(tags: readonly string[], urgent: boolean, { newId }: QueueRules): CdnRequest {
  return { id: newId(), what: { tags }, urgent, jobs: [] }
}
