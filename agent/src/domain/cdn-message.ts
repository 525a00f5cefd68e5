import { cdnTagPattern, limits, type ErrorCode } from '@platen/protocol'
import type { CdnWhat } from './cdn-queue.ts'
import { isUrlList } from './url-list.ts'

/** What a worker asks the main process about the CDN. */
export type CdnAsk =
  | { readonly type: 'cdn.want'; readonly id: number; readonly what: CdnWhat; readonly urgent: boolean }
  | { readonly type: 'cdn.outcome'; readonly id: number; readonly withinMs: number }

/** What the main process answers. */
export type CdnAnswer =
  | { readonly type: 'cdn'; readonly id: number; readonly ok: true; readonly value?: unknown }
  | { readonly type: 'cdn'; readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly message: string }

/** Such a question, checked member by member, or undefined where it is none. */
export function parseCdnAsk({ type, id, what, urgent, withinMs }: Record<string, unknown>): CdnAsk | undefined {
  if (!Number.isSafeInteger(id)) return undefined
  const known = id as number
  if (type === 'cdn.outcome') return typeof withinMs === 'number' && withinMs >= 0 ? { type, id: known, withinMs } : undefined
  const wanted = parseWhat(what)
  return type === 'cdn.want' && wanted && typeof urgent === 'boolean' ? { type, id: known, what: wanted, urgent } : undefined
}

function parseWhat(what: unknown): CdnWhat | undefined {
  if (typeof what !== 'object' || what === null) return undefined
  const { urls, everything, tags } = what as Record<string, unknown>
  if (everything === true) return { everything }
  if (tags !== undefined) return isTagList(tags) ? { tags } : undefined
  return isUrlList(urls) && urls.length > 0 ? { urls } : undefined
}

const tag = new RegExp(cdnTagPattern)

function isTagList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > limits.cdn.waitingTags) return false
  return value.every(each => typeof each === 'string' && tag.test(each))
}
