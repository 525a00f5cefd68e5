/** What drop-ins begin the keys of a site with that has no prefix: its table prefix, the number of its blog, or nothing. */
const ofNobody = /^(?:wp_?|\d*):+$/i
const spaces = /[\s\p{Cc}]/u

/**
 * Why a prefix can't stand for one site in a Redis that several share, as the rest of a sentence; undefined where it can.
 * Drop-ins put table prefix, blog or group right behind it (`shopwp:options:…`), so a name that ends without a mark of its end
 * begins the keys of every site whose name only begins like it.
 */
export function prefixFlaw(prefix: string): string | undefined {
  // Drop-ins leave them out of keys, each in its own way.
  if (spaces.test(prefix)) return 'has spaces or control characters, which are in no key'
  if (!prefix.endsWith(':')) return 'does not end with a colon, so keys of a site whose prefix goes on after it are meant too'
  if (ofNobody.test(prefix)) return 'is what keys of sites without a prefix begin with: give this site a name'
  return undefined
}
