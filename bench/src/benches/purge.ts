import type { Bench, BenchOptions, Figures } from '../bench.ts'
import { simulateBroker } from '../cdn/broker-simulation.ts'
import { agentAtScale } from '../pages/at-scale.ts'
import { cost } from '../purge/cost.ts'
import { freshness } from '../purge/freshness.ts'
import { startGround } from '../purge/ground.ts'
import { purgers, type PurgerName } from '../purge/purger.ts'
import { race } from '../purge/race.ts'
import { rounds, type Rounds } from '../purge/round.ts'
import { chosenRows } from '../purge/rows/all.ts'
import { rowFigures, tableHead, tableLine, type RowTally } from '../purge/tally.ts'

/** What nginx keeps where only good pages are kept, and else. */
const goodOnly = [200] as const
const everything = [200, 301, 302, 404, 410] as const

/** What needs no site, and what needs one, in the order in which it is measured. */
const parts = ['pages', 'broker', 'rows', 'cost', 'fresh', 'race'] as const
type Part = (typeof parts)[number]
const scale = { pages: 100_000, times: 30, listings: 3 } as const

/** Whether visitors see old pages after changes, and how many pages were made anew for nothing; what it costs, at the site, the agent and the gateway. */
export const purge: Bench = {
  description: `stale and needlessly purged pages after every kind of change; --purger none|all shows the two ends; --parts ${parts.join(',')}`,
  minutes: 5,
  budgets: {
    staleUrls: { most: 0 },
    purgedPerChanged: { most: 1.2 },
    needlesslyPurgedUrls: { most: 0 },
    restlessRows: { most: 0 },
    failedRows: { most: 0 },
    extraQueriesPerPage: { most: 0 },
    extraQueriesWorstPage: { most: 0 },
    recordMsPerPage: { most: 0.5 },
    freshP95Ms: { most: 500 },
    allFreshP95Ms: { most: 3_000 },
    staleAfterRace: { most: 0 },
    tagResolveMs: { most: 50 },
    purgeOneMs: { most: 5 },
    everythingMs: { most: 2_000 },
    everythingLeft: { most: 0 },
    brokerP95Ms: { most: 5_000 },
    starved: { most: 0 },
    limited: { most: 0 },
  },
  run: async options => {
    const [purger, rows, wanted] = [purgerOf(options), chosenRows(options.rows), partsOf(options)]
    const kept = options.onlyGood ? goodOnly : everything
    const figures: Figures[] = []
    const measure = async (part: Part, title: string, work: () => Promise<Figures>): Promise<void> => {
      // The peers have nothing to be measured but what they leave and take.
      if (!wanted.includes(part) || (purger !== 'platen' && part !== 'rows')) return
      say(title)
      figures.push(await work().catch(failed))
    }
    await measure('pages', 'an agent of many cached pages', () => agentAtScale(scale, say))
    await measure('broker', 'a thousand sites at one CDN account, simulated', async () => ({ ...(await simulateBroker()) }))
    if (wanted.some(part => part !== 'pages' && part !== 'broker')) {
      const ground = await startGround({ wordpress: options.wordpress, purger, kept, say })
      const doing = rounds(ground)
      try {
        await measure('rows', `${ground.paths.length} pages, ${rows.length} changes`, () => runRows(doing, rows))
        await measure('cost', 'what it costs a page', () => cost(ground))
        await measure('fresh', 'how soon an edit is seen', () => freshness(ground))
        await measure('race', `edits and visits at once, ${options.minutes} min`, () => race(ground, doing, options.minutes))
      } finally {
        await ground.stop()
      }
    }
    return Object.assign({}, ...figures) as Figures
  },
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** A part that can't be measured costs the others nothing: its figures are missing. */
function failed(error: unknown): Figures {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return {}
}

async function runRows(doing: Rounds, rows: ReturnType<typeof chosenRows>): Promise<Figures> {
  const tallies: RowTally[] = []
  let failedRows = 0
  process.stdout.write(`${tableHead}\n`)
  for (const row of rows) {
    say(row.name)
    try {
      const tally = await doing.run(row)
      tallies.push(tally)
      process.stdout.write(`${tableLine(tally)}\n`)
    } catch (error) {
      failed(error)
      failedRows += 1
      process.stdout.write(`${row.name}  could not be measured\n`)
    }
  }
  return { ...rowFigures(tallies), failedRows }
}

function purgerOf({ purger = 'platen' }: BenchOptions): PurgerName {
  const known = purgers.find(name => name === purger)
  if (!known) throw new Error(`No purger ${purger}. There are: ${purgers.join(', ')}`)
  return known
}

function partsOf({ parts: names = parts }: BenchOptions): readonly Part[] {
  const unknown = names.find(name => !parts.some(part => part === name))
  if (unknown !== undefined) throw new Error(`No part ${unknown}. There are: ${parts.join(', ')}`)
  return parts.filter(part => names.includes(part))
}
