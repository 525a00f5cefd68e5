import type { SpoolChange } from '@platen/protocol'

/** What a change names: tags, and what rules name. */
export type Named = Pick<SpoolChange, 'tags' | 'urls' | 'trees' | 'everything'>

/** The word for every page. */
export const everyPage = '*'

/** Each thing that a change names as one word: `#` before a tag, `u` before an address, `t` before a tree. */
export function wordsOf({ everything, tags, urls, trees }: Named): readonly string[] {
  const named = [...tags.map(tag => `#${tag}`), ...urls.map(url => `u${url}`), ...trees.map(tree => `t${tree}`)]
  return everything ? [everyPage, ...named] : named
}

/** What is named by these words, which have not to be in the order of `wordsOf`. */
export function namedBy(words: readonly string[]): Named {
  const behind = (mark: string): string[] => words.filter(word => word.startsWith(mark)).map(word => word.slice(1))
  return {
    tags: behind('#'),
    urls: behind('u'),
    trees: behind('t'),
    ...(words.includes(everyPage) ? { everything: true } : {}),
  }
}
