import { setTimeout as delay } from 'node:timers/promises'
import type { Figures } from '../bench.ts'
import { atOnce } from './at-once.ts'
import type { Ground } from './ground.ts'
import { momentFigures, type Moments } from './moments.ts'
import { placeProbe, type Probe } from './probe.ts'
import { rendersAtOnce } from './round.ts'

const updates = 30
/** A page that is not fresh by then counts as this. */
const giveUpMs = 10_000
const pollMs = 5
/** Between updates the site is idle, the agent as well: what is measured is one change, not a queue of them. */
const restMs = 1_000
/** A post that is on the home page. */
const subject = 'story-4'

/**
 * How long visitors see the old title of a post that was edited: at its address and on the home page (`fresh…`), and on every page that
 * shows it (`allFresh…`). Counted is from the event on: the moment within the request that saves at which WordPress has the change in the
 * database and out of its object cache (`clean_post_cache`), so the rest of that request is in it. Visitors ask every few milliseconds while
 * it is still under way. A page counts as fresh when a visitor gets it, and all of them when nginx has no old copy of any: a page that was
 * removed is not asked for, since asking would be what makes it anew.
 */
export async function freshness(ground: Ground): Promise<Figures> {
  const probe = await placeProbe(ground.site, 'event-times')
  try {
    const scene = await sceneOf(ground)
    const seen: Moments[] = []
    for (let update = 1; update <= updates; update += 1) {
      await ground.purger.agent?.idle()
      await delay(restMs)
      seen.push(await oneUpdate(ground, scene, probe, `mark-${update}-`))
    }
    return { ...momentFigures(seen), freshUpdates: seen.length, freshUrls: scene.first.length + scene.rest.length }
  } finally {
    await probe.remove()
  }
}

interface Scene {
  readonly id: number
  readonly first: readonly string[]
  readonly rest: readonly string[]
}

/** The pages that show the post's title, all of them kept. */
async function sceneOf({ doors, hands, paths }: Ground): Promise<Scene> {
  const id = await hands.post(subject)
  await hands.rest('POST', `/wp/v2/posts/${id}`, { title: `Fresh mark-0` })
  const truths = await atOnce(rendersAtOnce, paths, doors.truth)
  const all = paths.filter(path => truths.get(path)?.body.includes('Fresh mark-0'))
  const first = [`/${subject}/`, '/']
  const since = Date.now()
  for (const path of all) await until(async () => (await doors.visit(path)).body.includes('Fresh mark-0'), since)
  return { id, first, rest: all.filter(path => !first.includes(path)) }
}

/** @throws where the site did not note the event */
async function oneUpdate({ doors, hands, purger }: Ground, { id, first, rest }: Scene, probe: Probe, mark: string): Promise<Moments> {
  const isNew = (body: string): boolean => body.includes(`Fresh ${mark}`)
  await probe.clear()
  // What was removed the last time is kept again.
  for (const path of rest) await doors.visit(path)
  const sentAt = Date.now()
  const saved = hands.rest('POST', `/wp/v2/posts/${id}`, { title: `Fresh ${mark}` })
  // Thrown further down.
  saved.catch(() => undefined)
  let madeUs = Number.NaN
  for (const path of first) {
    await until(async () => {
      const page = await doors.visit(path)
      if (path !== '/') madeUs = Number(page.header('x-platen-made') || Number.NaN)
      return isNew(page.body)
    }, sentAt)
  }
  const freshAt = Date.now()
  // One after the other: polling them all at once would itself be a load.
  for (const path of rest) {
    const isFresh = await until(async () => {
      const kept = await doors.peek(path)
      return kept.cache !== 'HIT' || isNew(kept.body)
    }, sentAt)
    if (!isFresh) process.stderr.write(`${path} was old for ${giveUpMs} ms\n`)
  }
  const allFreshAt = Date.now()
  await saved
  const eventAt = Number((await probe.lines()).at(-1))
  if (!(eventAt >= sentAt)) throw new Error('WordPress saved the post and the probe did not hear of it')
  const notedAt = (await purger.agent?.notedAt())?.find(at => at >= eventAt)
  await purger.agent?.idle()
  const job = await purger.agent?.purgeSince(eventAt)
  const fresh = job?.result?.timings?.freshMs
  return {
    eventAt,
    notedAt,
    jobAt: job?.createdAt,
    renderAt: Number.isNaN(madeUs) ? undefined : madeUs / 1_000,
    provenAt: notedAt === undefined || fresh === undefined ? undefined : notedAt + fresh,
    freshAt,
    allFreshAt,
  }
}

/** Asks until it is so; false where that is given up. */
async function until(isSo: () => Promise<boolean>, from: number): Promise<boolean> {
  while (!(await isSo())) {
    if (Date.now() - from >= giveUpMs) return false
    await delay(pollMs)
  }
  return true
}
