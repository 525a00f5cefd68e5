import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Answer } from './answer.ts'
import { atOnce } from './at-once.ts'
import type { Ground } from './ground.ts'
import type { Row } from './row.ts'
import { sameness, type Sameness } from './sameness.ts'
import { tallyOf, type RowTally } from './tally.ts'
import { judge, type Verdict } from './verdict.ts'

/** So long after a change no visitor may see what was before. */
const staleMs = 3_000
/** What went before a change has ended by then, if it ever does. */
const settleMs = 60_000
/** Pages that PHP makes at once; those out of the cache cost next to nothing. */
export const rendersAtOnce: number = availableParallelism()
const peeksAtOnce = 8

type Pages = ReadonlyMap<string, Answer>

/** Makes changes one after the other and sees what becomes of every page. */
export interface Rounds {
  run(row: Row): Promise<RowTally>
  /** Judges every page some seconds after `act`, which may change the site. */
  watch(act: () => Promise<unknown>): Promise<Watched>
}

/** What came of a change. */
export interface Watched {
  readonly verdicts: readonly Verdict[]
  /** Requests to PHP from the change until the pages were looked at. */
  readonly requests: number
}

/** The rounds on a ground. What PHP makes of each page after one change is what it was before the next. */
export function rounds(ground: Ground): Rounds {
  const { paths, doors, cache, purger, php } = ground
  const same = sameness(doors.truth)
  let truth: Pages | undefined
  const renderAll = (): Promise<Pages> => atOnce(rendersAtOnce, paths, doors.truth)

  const watch = async (act: () => Promise<unknown>): Promise<Watched> => {
    const visited = await keep(ground, paths)
    const before = truth ?? (await renderAll())
    const copies = new Map([...visited, ...(await renew(ground, visited, before, same))])
    const requestsBefore = await php.requests()
    await act()
    await purger.changed()
    await delay(staleMs)
    const requests = (await php.requests()) - requestsBefore
    const kept = await atOnce(peeksAtOnce, paths, doors.peek)
    truth = await renderAll()
    const seen = { copies, kept, before, after: truth }
    const verdicts = [...(await atOnce(rendersAtOnce, paths, path => judge(sighting(path, seen), same))).values()]
    // What is stale would be so in the next round as well, and no fault of its change.
    await cache.remove(new Set(verdicts.filter(({ stale }) => stale).map(({ path }) => path)))
    return { verdicts, requests }
  }

  return {
    watch,
    run: async row => {
      const from = performance.now()
      if (await prepare(ground, row)) truth = undefined
      let isRestless = false
      const { verdicts, requests } = await watch(async () => {
        await row.apply(ground.hands)
        if (row.quietWithinMs !== undefined) isRestless = !(await php.becomesQuiet(row.quietWithinMs))
      })
      if (row.after !== undefined) {
        await ground.hands.wp(row.after)
        await beginAnew(ground)
        truth = undefined
      }
      return tallyOf(row, verdicts, { seconds: (performance.now() - from) / 1000, requests, isRestless })
    },
  }
}

/** Has pages kept as far as nginx keeps them at all; gives the copies. */
function keep({ doors }: Ground, paths: readonly string[]): Promise<ReadonlyMap<string, Answer | undefined>> {
  return atOnce(rendersAtOnce, paths, async path => {
    const first = await doors.visit(path)
    const second = first.cache === 'HIT' ? first : await doors.visit(path)
    return second.cache === 'HIT' ? second : undefined
  })
}

/** Has those copies made anew that are not as the page is now, as after the first visit to a page that finds something out and notes it. */
async function renew(
  ground: Ground,
  copies: ReadonlyMap<string, Answer | undefined>,
  truth: Pages,
  same: Sameness,
): Promise<ReadonlyMap<string, Answer | undefined>> {
  const old: string[] = []
  for (const [path, copy] of copies) {
    const now = truth.get(path)
    if (copy && now && (await same(path, copy, now)) === false) old.push(path)
  }
  await ground.cache.remove(new Set(old))
  return keep(ground, old)
}

/** Brings the site into the state that a row begins with; gives whether it had to. */
async function prepare(ground: Ground, { theme, before }: Row): Promise<boolean> {
  const { hands, doors } = ground
  const wanted = theme ? `'${theme}'` : `get_option( 'lab_first_theme' )`
  const moved = await hands.wp(`if ( get_stylesheet() !== ${wanted} ) { switch_theme( ${wanted} ); echo 'theme'; }`)
  // The first request after a change of theme does what belongs to it.
  if (moved) await doors.truth('/')
  const made = before ? await hands.wp(before) : ''
  if (!moved && !made) return false
  await beginAnew(ground)
  return true
}

/** After what is not itself looked at: what it has pages made for is over before the next change, as far as it ends at all. */
async function beginAnew({ cache, php }: Ground): Promise<void> {
  await delay(staleMs)
  await php.becomesQuiet(settleMs)
  await cache.empty()
}

interface Seen {
  readonly copies: ReadonlyMap<string, Answer | undefined>
  readonly kept: Pages
  readonly before: Pages
  readonly after: Pages
}

function sighting(path: string, seen: Seen): Parameters<typeof judge>[0] {
  const [kept, before, after] = [seen.kept.get(path), seen.before.get(path), seen.after.get(path)]
  if (!kept || !before || !after) throw new Error(`${path} was not looked at`)
  return { path, copy: seen.copies.get(path), kept, before, after }
}
