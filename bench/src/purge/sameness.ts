import type { Answer } from './answer.ts'
import { learnMask, masked, type Mask } from './mask.ts'

/**
 * Tells whether two renders of a page say the same, whatever differs each time it is made; undefined where the page is another each time.
 * `now` is made anew to see what differs by itself.
 */
export type Sameness = (path: string, earlier: Answer, now: Answer) => Promise<boolean | undefined>

/** What differs is learned from renders of one state, when two renders differ, so that few pages are made twice. */
export function sameness(render: (path: string) => Promise<Answer>): Sameness {
  const masks = new Map<string, Mask>()
  return async (path, earlier, now) => {
    if (earlier.text === now.text) return true
    const known = masks.get(path)
    if (known && masked(earlier.text, known) === masked(now.text, known)) return true
    const mask = learnMask(now.text, (await render(path)).text, known)
    if (!mask) return undefined
    masks.set(path, mask)
    return masked(earlier.text, mask) === masked(now.text, mask)
  }
}
