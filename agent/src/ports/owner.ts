import type { Kind, LocalOwner, LocalWishes } from '@platen/protocol'
import type { Refusal } from '../domain/policy.ts'
import type { Cost } from '../domain/day-usage.ts'
import type { Origin } from '../domain/run.ts'

/** What the site's owner has to say about what runs when. */
export interface Owner {
  /** Why a job is not wanted now, or undefined. */
  refusal(kind: Kind, origin: Origin): Refusal | undefined
  /** A run of this kind goes on and has used so much more: heavy ones count for the day. Why it may not go on, or undefined. Never throws. */
  used(kind: Kind, origin: Origin, more: Cost): Refusal | undefined
  /** A run of this kind is over, and had used so much more by then. Never throws. */
  spent(kind: Kind, more: Cost): void
  /** Wishes, bounds, and how things stand. */
  view(): LocalOwner
  /** Takes other wishes; they hold from the next offer on. @throws PlatenError disk.full, store.unavailable */
  wish(wishes: LocalWishes): LocalOwner
}
