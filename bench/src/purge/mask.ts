/** Places of a page whose words differ each time it is made, known by what stands before them. */
export type Mask = ReadonlySet<string>

/** So much of what stands before a word tells its place. */
const contextChars = 24
const words = /[\w.:+-]+|[^\w.:+-]+/g

/** Learns what differs between two renders of one state. Undefined where they differ in more than single words. */
export function learnMask(one: string, other: string, known: Mask = new Set()): Mask | undefined {
  const [ours, theirs] = [one.match(words) ?? [], other.match(words) ?? []]
  if (ours.length !== theirs.length) return undefined
  const mask = new Set(known)
  let before = ''
  for (const [index, word] of ours.entries()) {
    const differs = word !== theirs[index]
    if (differs && (!isWord(word) || !isWord(theirs[index] ?? ''))) return undefined
    if (differs) mask.add(before)
    before = (before + (mask.has(before) ? '*' : word)).slice(-contextChars)
  }
  return mask
}

/** The page without what differs each time. */
export function masked(page: string, mask: Mask): string {
  if (mask.size === 0) return page
  const shown: string[] = []
  let before = ''
  for (const word of page.match(words) ?? []) {
    const hidden = mask.has(before) && isWord(word) ? '*' : word
    shown.push(hidden)
    before = (before + hidden).slice(-contextChars)
  }
  return shown.join('')
}

function isWord(text: string): boolean {
  return /^[\w.:+-]/.test(text)
}
