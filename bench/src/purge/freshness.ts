import { setTimeout as delay } from 'node:timers/promises'
import type { Figures } from '../bench.ts'
import { percentile } from '../percentile.ts'
import { atOnce } from './at-once.ts'
import { rendersAtOnce } from './round.ts'
import type { Ground } from './ground.ts'

const updates = 30
/** A page that is not fresh by then counts as this. */
const giveUpMs = 10_000
const pollMs = 5
/** Between updates the site is idle: what is measured is one change, not a queue of them. */
const restMs = 1_000
/** A post that is on the home page. */
const subject = 'story-4'

/** How long visitors see the old title of a post that was edited: at its address and on the home page, and on every page that shows it. */
export async function freshness({ doors, hands, paths }: Ground): Promise<Figures> {
  const id = await hands.post(subject)
  const edit = async (mark: string): Promise<void> => void (await hands.rest('POST', `/wp/v2/posts/${id}`, { title: `Fresh ${mark}` }))
  const shows = async (path: string, mark: string): Promise<boolean> => (await doors.visit(path)).body.includes(`Fresh ${mark}`)
  await edit('mark-0')
  const truths = await atOnce(rendersAtOnce, paths, doors.truth)
  const all = paths.filter(path => truths.get(path)?.body.includes('Fresh mark-0'))
  const first = [`/${subject}/`, '/']
  const rest = all.filter(path => !first.includes(path))
  const since = performance.now()
  for (const path of all) await until(() => shows(path, 'mark-0'), since)
  const [times, allTimes]: [number[], number[]] = [[], []]
  for (let update = 1; update <= updates; update++) {
    const mark = `mark-${update}-`
    await delay(restMs)
    await edit(mark)
    const from = performance.now()
    for (const path of first) await until(() => shows(path, mark), from)
    times.push(performance.now() - from)
    // One after the other: polling them all at once would itself be a load.
    for (const path of rest) await until(() => shows(path, mark), from)
    allTimes.push(performance.now() - from)
  }
  return {
    freshP50Ms: percentile(times, 50),
    freshP95Ms: percentile(times, 95),
    allFreshP95Ms: percentile(allTimes, 95),
    freshUrls: all.length,
  }
}

async function until(isSo: () => Promise<boolean>, from: number): Promise<void> {
  while (!(await isSo()) && performance.now() - from < giveUpMs) await delay(pollMs)
}
