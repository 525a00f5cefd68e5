import type { Kind, LocalOwner, LocalWishes } from '@platen/protocol'
import type { Refusal } from '../domain/policy.ts'
import type { Bill, Origin } from '../domain/run.ts'

/** What the site's owner has to say about what runs when. */
export interface Owner {
  /** Why a job is not wanted now, or undefined. */
  refusal(kind: Kind, origin: Origin): Refusal | undefined
  /** A run of this kind has cost so much: heavy ones count for the day. Never throws. */
  spent(kind: Kind, bill: Bill): void
  /** Wishes, bounds, and how things stand. */
  view(): LocalOwner
  /** Takes other wishes; they hold from the next offer on. @throws PlatenError disk.full, store.unavailable */
  wish(wishes: LocalWishes): LocalOwner
}
