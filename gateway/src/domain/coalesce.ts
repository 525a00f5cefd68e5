import { canonicalJson, type Coalescing, type Json, type Kind } from '@platen/protocol'
import type { Job } from './job.ts'

type Queued = Job & { readonly state: 'queued' }

/** Two queued jobs of one key: the one that stays, perhaps with a wider input, and the one that it stands for. */
export interface Coalesced {
  readonly stays: Queued
  readonly goes: Queued
}

/** What queued jobs about a site share that become one, wherever they are carried out; undefined where the kind has none, or the input lacks a member of it. */
export function coalesceText({ name, coalesce }: Pick<Kind, 'name' | 'coalesce'>, siteId: string, input: unknown): string | undefined {
  if (!coalesce) return undefined
  const members = input as Record<string, Json | undefined>
  if (coalesce.by.some(member => members[member] === undefined)) return undefined
  const values = coalesce.by.map(member => members[member] as Json)
  return `${siteId} ${name} ${canonicalJson(values)}`
}

/**
 * Whether a queued job may still become one with others: an attempt that may have changed the site stands for itself, and so does a
 * lease whose end nobody knows, since its run may come back as the end of this job.
 */
export function isCoalescable(job: Queued): boolean {
  const isUntried = job.touched === undefined && job.held === undefined && job.child === undefined
  return job.coalesceKey !== undefined && isUntried && job.settled === job.epoch
}

/** Makes one of two queued jobs that share a key. `one` and `other` are told apart by age alone: ids are UUIDv7. */
export function coalesce(rule: Coalescing, one: Queued, other: Queued): Coalesced {
  const [older, newer] = one.id < other.id ? [one, other] : [other, one]
  const queueDeadline = Math.max(older.queueDeadline, newer.queueDeadline)
  switch (rule.mode) {
    case 'keep-latest':
      return { stays: newer, goes: older }
    case 'keep-first':
      return { stays: { ...older, queueDeadline }, goes: newer }
    case 'merge':
      return { stays: { ...older, queueDeadline, input: merged(rule, older.input, newer.input) }, goes: newer }
  }
}

/** The union of two lists; an input without a list asks for everything and covers any list, and so does one that grows too long. */
function merged({ list, most, whole }: Coalescing & { mode: 'merge' }, older: unknown, newer: unknown): unknown {
  const [first, second] = [older, newer].map(input => (input as Record<string, readonly Json[] | undefined>)[list])
  if (!first) return older
  if (!second) return newer
  const union = [...new Set([...first, ...second])]
  return union.length > most ? whole : { ...(older as object), [list]: union }
}
