import type { ErrorCode } from '@platen/protocol'
import { isUrlList } from './url-list.ts'

/** What a worker asks the main process about changes at the site. */
export type ChangesAsk =
  | { readonly type: 'changes.take'; readonly id: number }
  | { readonly type: 'changes.needs_kept'; readonly id: number }
  /** Some of the pages that nginx keeps; with `isLast` these and those before are all. */
  | { readonly type: 'changes.kept'; readonly id: number; readonly urls: readonly string[]; readonly isLast: boolean }

/** What the main process answers. */
export type ChangesAnswer =
  | { readonly type: 'changes'; readonly id: number; readonly ok: true; readonly value?: unknown }
  | { readonly type: 'changes'; readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly message: string }

/** Such a question, checked member by member, or undefined where it is none. */
export function parseChangesAsk({ type, id, urls, isLast }: Record<string, unknown>): ChangesAsk | undefined {
  if (!Number.isSafeInteger(id)) return undefined
  const known = id as number
  if (type === 'changes.take' || type === 'changes.needs_kept') return { type, id: known }
  if (type !== 'changes.kept' || typeof isLast !== 'boolean') return undefined
  return isUrlList(urls) ? { type, id: known, urls, isLast } : undefined
}
