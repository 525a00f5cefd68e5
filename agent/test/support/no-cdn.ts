import type { SiteCdn } from '../../src/ports/site-cdn.ts'

/** A site that is at no CDN. */
export const noCdn: SiteCdn = {
  want: async () => {},
  outcome: async () => ({ outcome: 'absent' }),
}
