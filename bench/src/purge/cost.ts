import type { Figures } from '../bench.ts'
import type { Answer } from './answer.ts'
import type { Ground } from './ground.ts'
import { recordTime } from './record-time.ts'

/** Every so many pages one is looked at. */
const every = 6
/** A page that is asked for with it says in `x-lab-queries` how many queries it took. */
const counted = { 'x-lab-count': '1' }

/** What it costs a page that somebody notes what it is made of: queries, mean of every sixth page, and time. */
export async function cost(ground: Ground): Promise<Figures> {
  const { doors, paths } = ground
  const extra: number[] = []
  for (const path of paths.filter((_path, index) => index % every === 0)) {
    // The first time a page may fill the object cache: what counts is how it is from then on.
    await doors.truth(path)
    const [without, noted] = [await doors.truth(path, counted), await doors.refresh(path, counted)]
    extra.push(queriesOf(noted) - queriesOf(without))
  }
  return { extraQueriesPerPage: mean(extra), extraQueriesWorstPage: Math.max(...extra), ...(await recordTime(ground)) }
}

/** An answer that does not say it can't be counted. */
function queriesOf(answer: Answer): number {
  const said = answer.header('x-lab-queries')
  return said === '' ? Number.NaN : Number(said)
}

function mean(values: readonly number[]): number {
  return Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 1_000) / 1_000
}
