import type { Doors } from './doors.ts'

/** What a change is made with. */
export interface Hands {
  /** PHP inside WordPress, as WP-CLI would run it; lab's own `lab_post( name )`, `lab_term( slug )` and `lab_done( result )` are there. */
  readonly wp: (php: string) => Promise<string>
  readonly rest: Doors['rest']
  readonly visit: Doors['visit']
  /** The id of a post of the seed. */
  readonly post: (name: string, type?: string) => Promise<number>
}

/** One kind of change. */
export interface Row {
  readonly name: string
  /** The theme that it is made under; default: the one that came with WordPress. */
  readonly theme?: 'lab-classic'
  /** PHP that makes the state that is needed, and prints something where it was not there. */
  readonly before?: string
  /** PHP that ends that state again, where the rows to come would suffer from it. */
  readonly after?: string
  /** No page may be purged for it. */
  readonly purgesNothing?: true
  /** Within so long PHP has to be left alone again: what is written while a page is made must not have pages made again and again. */
  readonly quietWithinMs?: number
  /** Makes the change; returns when WordPress has. */
  apply(hands: Hands): Promise<void>
}

/** A change made by PHP on the command line. */
export function byPhp(name: string, php: string, more: Omit<Row, 'name' | 'apply'> = {}): Row {
  return { name, ...more, apply: async ({ wp }) => void (await wp(php)) }
}

/** A change of a post of the seed made through the REST API, as the block editor makes it; `below` is a route of the post's own. */
export function byEditor(
  name: string,
  post: string,
  body: object,
  [type, route, below = '']: readonly [type: string, route: string, below?: string] = ['post', 'posts'],
): Row {
  return {
    name,
    apply: async hands => {
      await hands.rest('POST', `/wp/v2/${route}/${await hands.post(post, type)}${below}`, body)
    },
  }
}
