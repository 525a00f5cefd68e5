import type { Figures } from '../bench.ts'
import type { Ground } from './ground.ts'

/** Every so many pages one is looked at. */
const every = 6
/** A page that is asked for with it says in `x-lab-queries` how many queries it took. */
const counted = { 'x-lab-count': '1' }

/** What it costs a page that somebody notes what it is made of. */
export async function cost({ doors, paths }: Ground): Promise<Figures> {
  const some = paths.filter((_path, index) => index % every === 0)
  const extra: number[] = []
  const milliseconds: number[] = []
  for (const path of some) {
    // The first time a page may fill the object cache: what counts is how it is from then on.
    await doors.truth(path)
    const [without, noted] = [await doors.truth(path, counted), await doors.refresh(path, counted)]
    extra.push(Number(noted.header('x-lab-queries')) - Number(without.header('x-lab-queries')))
    // Said by the plugin where it measures itself.
    const ms = noted.header('x-platen-record-ms')
    if (ms !== '') milliseconds.push(Number(ms))
  }
  return { extraQueriesPerPage: mean(extra), ...(milliseconds.length > 0 ? { recordMsPerPage: mean(milliseconds) } : {}) }
}

function mean(values: readonly number[]): number {
  return Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 1_000) / 1_000
}
