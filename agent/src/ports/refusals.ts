import type { PlatenError } from '@platen/protocol'

/** Who keeps count of strangers that were refused. */
export interface Refusals {
  tell(why: PlatenError, about: Readonly<Record<string, unknown>>): void
}
