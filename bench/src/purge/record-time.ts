import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Figures } from '../bench.ts'
import type { Doors } from './doors.ts'
import type { Ground } from './ground.ts'
import { placeProbe } from './probe.ts'
import { recordFigures, type PageName } from './record-figures.ts'

const requests = 1_000
/** Until every process of PHP-FPM has compiled all that a page needs. */
const warmUp = 50
/** PHP looks for another version of a file every two seconds. */
const compiledMs = 3_000
const pages: Readonly<Record<PageName, string>> = { front: '/', post: '/story-5/' }

/**
 * What it takes PHP, within a request, that somebody notes what the page is made of: the difference of two medians of 1,000 requests, with
 * the spool there and without, in turn, of the front page and of a post; the higher of the two counts. The requests are those by which nginx
 * has a page made anew. Without a spool the plugin's hooks for changes are not there either, so that they count as part of it.
 */
export async function recordTime({ site, doors }: Ground): Promise<Figures> {
  const probe = await placeProbe(site, 'request-times')
  const putBack = await makeSpoolOptional(site.root)
  try {
    await delay(compiledMs)
    for (const name of Object.keys(pages) as PageName[]) {
      await askInTurn(doors, name, warmUp)
      await probe.clear()
    }
    const lines: string[] = []
    for (const name of Object.keys(pages) as PageName[]) {
      await askInTurn(doors, name, requests)
      lines.push(...(await probe.lines()))
      await probe.clear()
    }
    return recordFigures(lines)
  } finally {
    await putBack()
    await probe.remove()
    // What was kept last may be a page that nobody recorded.
    await delay(compiledMs)
    for (const path of Object.values(pages)) await doors.refresh(path)
  }
}

/** So often with and so often without; which comes first changes, since what one leaves to be done may slow the next down. */
async function askInTurn(doors: Doors, name: PageName, times: number): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) {
    for (const state of turn % 2 === 0 ? ['on', 'off'] : ['off', 'on']) {
      const answer = await doors.refresh(pages[name], { 'x-bench-time': `${name}-${state}` })
      const isRecorded = answer.header('x-platen-made') !== ''
      if (answer.status !== 200 || isRecorded !== (state === 'on')) {
        throw new Error(`${pages[name]} was to be made with the recorder ${state}: ${answer.status}, recorded: ${isRecorded}`)
      }
    }
  }
}

/** Has the plugin know of no spool where a request says so. */
async function makeSpoolOptional(root: string): Promise<() => Promise<void>> {
  const file = join(root, 'wp-content', 'mu-plugins', 'platen-host.php')
  const text = await readFile(file, 'utf8')
  const define = "define( 'PLATEN_SPOOL'"
  if (!text.includes(define)) throw new Error(`${file} names no spool`)
  const asked = `preg_match( '/-off$/', $_SERVER['HTTP_X_BENCH_TIME'] ?? '' )`
  await writeFile(file, text.replace(define, `${asked} || ${define}`))
  return () => writeFile(file, text)
}
