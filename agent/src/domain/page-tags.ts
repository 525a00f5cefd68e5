/** Classes whose numbers are all those of posts: what one page reads of a post is often of several of them. */
const postClasses: ReadonlySet<string> = new Set(['post', 'comments', 'count', 'near'])
/** Posts that were made together are read together: neighbours by number share a set. */
const neighbours = 32
const numbered = /^(b\d+\.)?([a-z]+):(\d{1,15})$/

/**
 * A page's tags as sets that other pages are likely to have as well: options are read alike by nearly all pages, menus and
 * templates by most, and only a few sets are a page's own. Each set is sorted, so that equal ones are equal.
 */
export function tagSets(tags: readonly string[]): readonly (readonly string[])[] {
  const sets = new Map<string, string[]>()
  for (const tag of new Set(tags)) {
    const key = setKey(tag)
    const set = sets.get(key)
    if (set) set.push(tag)
    else sets.set(key, [tag])
  }
  return [...sets.values()].map(set => set.toSorted())
}

function setKey(tag: string): string {
  const [, blog = '', group = '', number] = numbered.exec(tag) ?? []
  if (number === undefined) return tag.slice(0, tag.indexOf(':'))
  return `${blog}${postClasses.has(group) ? 'post' : group}/${Math.floor(Number(number) / neighbours)}`
}

/** The tag that stands for every tag of this one's class. */
export function classTag(tag: string): string {
  return `${tag.slice(0, tag.indexOf(':'))}:*`
}

/** Whether a tag stands for every tag of its class. */
export function isClassTag(tag: string): boolean {
  return tag.endsWith(':*')
}
