import { setTimeout as delay } from 'node:timers/promises'
import type { Figures } from '../bench.ts'
import type { Ground } from './ground.ts'
import type { Rounds } from './round.ts'
import type { Hands } from './row.ts'

const visitors = 3
/** Between one edit and the next of the one who edits. */
const pauseMs = 250
/** Next to each other in a visitor's walk are pages that have little in common; prime to the number of pages, so that all come. */
const stride = 131

/** Edits and visits at once for some minutes; then, when all is quiet, the pages that are still old. */
export async function race(ground: Ground, rounds: Rounds, minutes: number): Promise<Figures> {
  if (minutes === 0) return {}
  let edits = 0
  let visits = 0
  const { verdicts } = await rounds.watch(async () => {
    const until = performance.now() + minutes * 60_000
    const isOn = (): boolean => performance.now() < until
    const edit = async (): Promise<void> => {
      const subjects = await subjectsOf(ground.hands)
      for (; isOn(); edits++) {
        await change(ground.hands, subjects, edits)
        await delay(pauseMs)
      }
    }
    const visit = async (_visitor: unknown, number: number): Promise<void> => {
      const { paths } = ground
      for (let step = number * 40; isOn(); step++, visits++) await ground.doors.visit(paths[(step * stride) % paths.length] ?? '/')
    }
    await Promise.all([edit(), ...Array.from({ length: visitors }, visit)])
  })
  return { staleAfterRace: verdicts.filter(({ stale }) => stale).length, raceEdits: edits, raceVisits: visits, raceMinutes: minutes }
}

interface Subjects {
  readonly posts: readonly number[]
  readonly category: number
  readonly product: number
}

async function subjectsOf({ wp }: Hands): Promise<Subjects> {
  return JSON.parse(
    await wp(`echo wp_json_encode( array( 'posts' => get_posts( array( 'numberposts' => 12, 'fields' => 'ids' ) ),
      'category' => lab_term( 'craft' ), 'product' => lab_post( 'product-5', 'product' ) ) );`),
  ) as Subjects
}

/** One of some edits in turn; each shows on other pages, and several show on the same. */
async function change({ rest }: Hands, { posts, category, product }: Subjects, turn: number): Promise<void> {
  const post = posts[turn % posts.length]
  const changes: readonly (() => Promise<unknown>)[] = [
    () => rest('POST', `/wp/v2/posts/${post}`, { title: `Title ${turn}` }),
    () => rest('POST', `/wp/v2/posts/${post}`, { excerpt: `In short, ${turn}.` }),
    () => rest('POST', `/wp/v2/posts`, { title: `Post ${turn}`, status: 'publish', categories: [category] }),
    () => rest('POST', `/wp/v2/categories/${category}`, { name: `Craft ${turn}` }),
    () => rest('POST', `/wp/v2/posts/${post}`, { sticky: turn % 2 === 0 }),
    () => rest('POST', `/wp/v2/product/${product}`, { meta: { price: turn } }),
    () => rest('POST', `/wp/v2/comments`, { post, content: `Said in turn ${turn}.` }),
    () => rest('POST', `/wp/v2/posts/${post}`, { status: turn % 2 === 0 ? 'draft' : 'publish' }),
    () => rest('POST', `/wp/v2/users/2`, { description: `Wrote ${turn}.` }),
  ]
  await changes[turn % changes.length]?.()
}
