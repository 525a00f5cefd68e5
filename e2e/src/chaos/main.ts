/** `pnpm chaos`: jobs while everything fails, and whether any was lost or done twice. */
import { parseArgs } from 'node:util'
import { prepareBuilt } from '@platen/lab'
import { runChaos } from './chaos-run.ts'
import { chaosStores } from './chaos-store.ts'

const help = `pnpm chaos [options]

Runs a gateway, a signer and agents as processes, asks for jobs that count one up at their sites, kills, stops and cuts off
everything at random meanwhile, and compares what the store says with what the sites counted.

Of a hundred jobs 8 are asked for by owners at their sites, gateway or not. Of the others 10 are heavy, 8 are for a pool that a
sixth of the agents serve, and 4 wait for a child. Two containers are made anew, without what their agents knew.

  --jobs N        jobs that are asked for; children come on top (1000)
  --agents N      sites, each with an agent (24)
  --store NAME    sqlite or mongo (sqlite)
  --seed S        decides which faults come, in what order, and who has which part; what each fault meets is up to chance (chosen by chance)
  --json          no progress, only the last line
  --help

Figures: jobs (in the store, of those that were asked for), lost, doubled, stuck, contradictions, kills, unknownEffects, interruptedRuns;
then succeeded, absorbed, cancelled, triedAgain, heavy, ownersJobs, ownersJobsAway (taken while the gateway was away), pooled,
children, recreated.

Exits with 1 where a job was lost, done twice, or contradicts its site, or where its effect is unknown though its run was not interrupted.
The folder that is named then has the logs of all processes and, in faults.jsonl, what was done to whom and when.
`

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '1000' },
    agents: { type: 'string', default: '24' },
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<number> {
  const [jobs, agents, seed] = [values.jobs, values.agents, values.seed].map(Number) as [number, number, number]
  const store = chaosStores[values.store]
  if (values.help || !store || ![jobs, agents].every(count => Number.isInteger(count) && count > 0) || !Number.isInteger(seed)) {
    process.stderr.write(help)
    return values.help ? 0 : 2
  }
  const say = (text: string): void => void (values.json || process.stderr.write(`${text}\n`))
  await prepareBuilt(say)
  say(`seed ${seed}`)
  const { figures, problems, directory } = await runChaos({ jobs, agents, seed, store, say })
  for (const problem of problems.slice(0, 50)) process.stderr.write(`${problem}\n`)
  if (problems.length > 0) process.stderr.write(`Logs and state are in ${directory}\n`)
  const width = Math.max(...Object.keys(figures).map(name => name.length))
  if (!values.json) for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(width)}  ${value}\n`)
  process.stdout.write(`${JSON.stringify({ bench: 'chaos', figures })}\n`)
  return problems.length === 0 ? 0 : 1
}

process.exitCode = await main()
