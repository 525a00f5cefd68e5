/** What one of the site's doors answered. */
export interface Answer {
  readonly status: number
  /** What nginx's page cache had to do with it: HIT, MISS…; empty at a door without one. */
  readonly cache: string
  /** Tells two renders of a page apart. */
  readonly made: string
  /** All that a visitor can tell: status, the headers that carry content, and the body. */
  readonly text: string
  readonly body: string
  readonly header: (name: string) => string
}

/** Headers that say something of the site's content. */
const telling = ['location', 'x-wp-total', 'x-wp-totalpages', 'link']

/** An answer out of its parts. */
export function answerOf(status: number, header: (name: string) => string, body: string): Answer {
  const said = telling.map(name => header(name)).join('\n')
  return { status, cache: header('x-cache'), made: header('x-lab-made'), header, body, text: `${status}\n${said}\n${body}` }
}
