/** A page as the plugin would tell of it, without its time. */
export interface ShapedPage {
  readonly path: string
  readonly tags: readonly string[]
}

/** Each tag of a group is on as many pages as this, spread evenly over all of them. */
export const pagesOfGroup = 1_000
/** Of four pages one is a list of others. */
const listEvery = 4
const postsOfList = 20
/** What nearly every page reads: options, and posts that are templates, menus and their items. */
const options = Array.from({ length: 45 }, (_, number) => `option:setting_${number}`)
const parts = Array.from({ length: 20 }, (_, number) => `post:${number + 1}`)
/** Of pages that are no list: other posts that stand below them. */
const postsBelow = 4
const firstPost = 1_000
const users = 25

/** The page of this number among so many: a site of posts, and of archives that list them; some 95 tags each. */
export function shapeOf(number: number, pages: number): ShapedPage {
  const isList = number % listEvery === 0
  const post = firstPost + number
  const listed = Array.from({ length: isList ? postsOfList : postsBelow }, (_, place) => firstPost + ((number + place + 1) % pages))
  const own = isList
    ? [`list:post/term:${post}`, `pages:post/${postsOfList}`, `term:${post}`]
    : [`count:${post}`, `comments:${post}`, `near:${post}`, `sticky:${post}`]
  return {
    path: `${isList ? '/list' : '/post'}-${number}/`,
    tags: [
      ...options,
      ...parts,
      ...listed.map(id => `post:${id}`),
      ...own,
      `post:${post}`,
      `user:${1 + (number % users)}`,
      groupTag(number % groupsOf(pages)),
      'list:post/newest:16',
      'terms:category',
    ],
  }
}

/** How many groups so many pages make. */
export function groupsOf(pages: number): number {
  return Math.max(1, Math.floor(pages / pagesOfGroup))
}

/** The tag that the pages of a group have, and no other. */
export function groupTag(group: number): string {
  return `list:post/parent:${group + 1}`
}

/** A tag that this page alone has; only pages that are no list do. */
export function ownTag(number: number): string {
  return `near:${firstPost + number}`
}

/** Pages that have such a tag, spread over all of them. */
export function someOwn(count: number, pages: number): readonly number[] {
  const step = Math.max(listEvery, Math.floor(pages / count / listEvery) * listEvery)
  return Array.from({ length: count }, (_, turn) => (1 + turn * step) % pages)
}
