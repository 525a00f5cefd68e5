import type { SiteChanges } from '../../src/ports/site-changes.ts'

/** A site at which nothing changes. */
export const noChanges: SiteChanges = {
  take: () => Promise.resolve(undefined),
  needsKept: () => Promise.resolve(false),
  tellKept: () => Promise.resolve(),
}
