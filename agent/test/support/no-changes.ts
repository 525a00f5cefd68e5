import type { SiteChanges } from '../../src/ports/site-changes.ts'

/** A site at which nothing changes. */
export const noChanges: SiteChanges = {
  take: async () => undefined,
  needsKept: async () => false,
  tellKept: async () => {},
}
