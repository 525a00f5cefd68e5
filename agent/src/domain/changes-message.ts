import type { ErrorCode } from '@platen/protocol'

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

/** Pages that one message names, and how much text they are: less than a line of a worker may hold. */
export const mostKept = 2_000
export const mostKeptCharacters = 500_000
const mostAddress = 2_048
// oxlint-disable-next-line no-control-regex -- as protocol has it.
const address = /^https?:\/\/[^\s\u0000-\u001f]+$/

/** Such a question, checked member by member, or undefined where it is none. */
export function parseChangesAsk({ type, id, urls, isLast }: Record<string, unknown>): ChangesAsk | undefined {
  if (!Number.isSafeInteger(id)) return undefined
  const known = id as number
  if (type === 'changes.take' || type === 'changes.needs_kept') return { type, id: known }
  if (type !== 'changes.kept' || typeof isLast !== 'boolean' || !Array.isArray(urls) || urls.length > mostKept) return undefined
  return urls.every(isAddress) ? { type, id: known, urls, isLast } : undefined
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && value.length <= mostAddress && address.test(value)
}
