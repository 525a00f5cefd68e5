/** `pnpm fuzz`: what everything does when it is told nonsense. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareBuilt } from '@platen/lab'
import { findingText } from './findings.ts'
import { runFuzz, runInput, type FuzzOutcome } from './fuzz-run.ts'

const help = `pnpm fuzz [options]

Feeds every decoder with what is nearly valid, and attacks a gateway, a signer and agents that run as processes: on the link, the
API, the local sockets, and as a gateway that was taken over. Meanwhile those who behave have to be served, and at the end no
process may have died, grown, or met an error that was not foreseen.

  --minutes N     how long (10)
  --seed S        decides what is said, and in what order (chosen by chance)
  --input N       feeds that one input of the seed to its decoder, as it is said where something was found
  --json          no progress, only the last line
  --help

Exits with 1 where anything was found. Inputs that something was found with are kept, and their files are named.
`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    input: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<number> {
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
  const number = values.input === undefined ? undefined : Number(values.input)
  const isKnown = minutes > 0 && minutes <= 1_440 && Number.isInteger(seed) && (number === undefined || Number.isInteger(number))
  if (values.help || !isKnown) {
    process.stderr.write(help)
    return values.help ? 0 : 2
  }
  const say = (text: string): void => void (values.json || process.stderr.write(`${text}\n`))
  const folder = join(import.meta.dirname, '..', '..', '..', '.platen', 'fuzz', String(seed))
  mkdirSync(folder, { recursive: true })
  say(`seed ${seed}`)
  if (number !== undefined) return (await runInput(number, { seed, folder, say })).length === 0 ? 0 : 1
  await prepareBuilt(say)
  return report(seed, folder, await runFuzz({ minutes, seed, folder, say }))
}

function report(seed: number, folder: string, { figures, findings }: FuzzOutcome): number {
  if (values.json) for (const finding of findings) process.stderr.write(`${findingText(finding, seed)}\n`)
  if (findings.length > 0) process.stderr.write(`Found with --seed ${seed}; inputs are in ${folder}\n`)
  const width = Math.max(...Object.keys(figures).map(name => name.length))
  if (!values.json) for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(width)}  ${value}\n`)
  process.stdout.write(`${JSON.stringify({ bench: 'fuzz', figures })}\n`)
  return findings.length === 0 ? 0 : 1
}

process.exitCode = await main()
