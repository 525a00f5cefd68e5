/** What plugin and agent call one thing that a page at the CDN may show: a hash, so that no page tells what it is made of. */
export const cdnTagPattern: string = '^[0-9a-f]{8}$'

/** That of a name in printable ASCII: FNV-1a, which PHP has as `fnv1a32`. Two names with one tag purge more than they need, no less. */
export function cdnTag(name: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/**
 * What stands before every tag of a site at the CDN, so that sites in one zone don't purge each other: the gateway puts it before what
 * an agent names, the plugin before what it sends. The end of a site's id is random, and no secret.
 */
export function cdnTagPrefix(siteId: string): string {
  return siteId.slice(-12)
}
