import { cdnTag, limits } from '@platen/protocol'

const spelt = /^(b\d+\.)?([a-z]+):(.+)$/
/** Classes of which a page with too many tags has one for all. */
const folding: ReadonlySet<string> = new Set(['post', 'list', 'term', 'user'])

/** The one that every page of the site has at the CDN. */
export const everyPageTag: string = cdnTag('site')

/**
 * The tags at the CDN of pages whose own subject shows what changed: for tags as changes have them (docs/decisions/0007), those of
 * docs/decisions/0010, each with that of its class. Where they are too many, the one that every page has.
 */
export function cdnTagsOf(changed: readonly string[]): readonly string[] {
  const names = new Set<string>()
  for (const tag of changed) {
    const [, blog = '', kind = '', name = ''] = spelt.exec(tag) ?? []
    for (const shown of shownAs(kind, name)) {
      names.add(`${blog}${shown}`)
      const [kindShown = ''] = shown.split(':', 1)
      if (folding.has(kindShown)) names.add(`${blog}${kindShown}:*`)
    }
  }
  const tags = new Set([...names].map(cdnTag))
  return tags.size > limits.cdn.waitingTags ? [everyPageTag] : [...tags]
}

/** Names of what shows it. Neighbours, numbers of pages and options are no page's own subject. */
function shownAs(kind: string, name: string): readonly string[] {
  switch (kind) {
    case 'post':
    case 'term':
    case 'user':
    case 'terms':
    case 'users':
      return [`${kind}:${name}`]
    case 'termslug':
      return [`term:${name}`]
    case 'comments':
      return [name === 'all' ? 'comments:all' : `post:${name}`]
    case 'count':
      return [`post:${name}`]
    case 'sticky':
      return [`post:${name}`, 'sticky:any']
    case 'slug':
      return ['slug:any']
    case 'order':
      return [`order:${name.slice(0, name.lastIndexOf('/'))}`]
    case 'list':
      // Whatever changes among the newest changes the list itself.
      return name.includes('/newest:') ? [] : [`list:${name}`]
    default:
      return []
  }
}
