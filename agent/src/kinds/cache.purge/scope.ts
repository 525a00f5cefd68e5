import type { KindCachePurgeInput } from '@platen/protocol'
import { siteUrl } from '../../domain/site-url.ts'
import { frontPage } from './plan.ts'

/** What everything is: all of the site, or of one blog of a network. */
export interface Scope {
  /** Its front page. */
  readonly front: string
  /** Whether a path with its query is among it. */
  has(address: string): boolean
}

/** @throws PlatenError url.invalid, url.foreign: before anything is done */
export function scopeOf(input: KindCachePurgeInput, site: string): Scope {
  if (!('within' in input) || input.within === undefined) return { front: frontPage(site), has: () => true }
  const { home, except = [] } = input.within
  const url = siteUrl(home, site)
  const own = folderOf(url.pathname)
  const others = except.map(folderOf).filter(folder => folder !== own && folder.startsWith(own))
  return {
    front: frontPage(url.href),
    has: address => {
      const folder = folderOf(address.split('?', 1)[0] ?? '')
      return folder.startsWith(own) && !others.some(other => folder.startsWith(other))
    },
  }
}

/** A path as WordPress reads it to tell which blog is meant: capitals and slashes in a row make no difference, encoding does. */
function folderOf(path: string): string {
  return `/${path}/`.replaceAll(/\/+/g, '/').toLowerCase()
}
