import type { Bench, BenchOptions, Figures } from '../bench.ts'
import { cost } from '../purge/cost.ts'
import { freshness } from '../purge/freshness.ts'
import { startGround, type Ground } from '../purge/ground.ts'
import { purgers, type PurgerName } from '../purge/purger.ts'
import { race } from '../purge/race.ts'
import { rounds, type Rounds } from '../purge/round.ts'
import { chosenRows } from '../purge/rows/all.ts'
import { rowFigures, tableHead, tableLine, type RowTally } from '../purge/tally.ts'

/** What nginx keeps where only good pages are kept, and else. */
const goodOnly = [200] as const
const everything = [200, 301, 302, 404, 410] as const

/** Whether visitors see old pages after changes, and how many pages were made anew for nothing. */
export const purge: Bench = {
  description: 'stale and needlessly purged pages after every kind of change; --purger none|all shows the two ends',
  minutes: 5,
  budgets: {
    staleUrls: { most: 0 },
    purgedPerChanged: { most: 1.2 },
    extraQueriesPerPage: { most: 0 },
    recordMsPerPage: { most: 0.5 },
    freshP95Ms: { most: 500 },
    allFreshP95Ms: { most: 3_000 },
    staleAfterRace: { most: 0 },
  },
  run: async options => {
    const rows = chosenRows(options.rows)
    const purger = purgerOf(options)
    const kept = options.onlyGood ? goodOnly : everything
    const ground = await startGround({ wordpress: options.wordpress, purger, kept, say })
    try {
      say(`${ground.paths.length} pages, ${rows.length} changes`)
      const doing = rounds(ground)
      const tallies = await runRows(doing, rows)
      // The peers have nothing to be measured but what they leave and take.
      return { ...rowFigures(tallies), ...(purger === 'platen' ? await measure(ground, doing, options) : {}) }
    } finally {
      await ground.stop()
    }
  },
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

async function runRows(doing: Rounds, rows: ReturnType<typeof chosenRows>): Promise<readonly RowTally[]> {
  const tallies: RowTally[] = []
  process.stdout.write(`${tableHead}\n`)
  for (const row of rows) {
    say(row.name)
    const tally = await doing.run(row)
    tallies.push(tally)
    process.stdout.write(`${tableLine(tally)}\n`)
  }
  return tallies
}

async function measure(ground: Ground, doing: Rounds, { minutes }: BenchOptions): Promise<Figures> {
  say('what it costs a page')
  const costs = await cost(ground)
  say('how soon an edit is seen')
  const fresh = await freshness(ground)
  say(`edits and visits at once, ${minutes} min`)
  return { ...costs, ...fresh, ...(await race(ground, doing, minutes)) }
}

function purgerOf({ purger = 'platen' }: BenchOptions): PurgerName {
  const known = purgers.find(name => name === purger)
  if (!known) throw new Error(`No purger ${purger}. There are: ${purgers.join(', ')}`)
  return known
}
