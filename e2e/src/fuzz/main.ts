/** `pnpm fuzz`: what everything does when it is told nonsense. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareBuilt } from '@platen/lab'
import { runFuzz } from './fuzz-run.ts'

const help = `pnpm fuzz [options]

Feeds every decoder with what is nearly valid, and attacks a gateway, a signer and agents that run as processes: on the link, the
API, the local sockets, and as a gateway that was taken over. Meanwhile those who behave have to be served, and at the end no
process may have died, grown, or met an error that was not foreseen.

  --minutes N     how long (10)
  --seed S        decides what is said, and in what order (chosen by chance)
  --json          no progress, only the last line
  --help

Exits with 1 where anything was found. Inputs that something was found with are kept, and their files are named.
`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<number> {
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
  if (values.help || !(minutes > 0 && minutes <= 1_440) || !Number.isInteger(seed)) {
    process.stderr.write(help)
    return values.help ? 0 : 2
  }
  const say = (text: string): void => void (values.json || process.stderr.write(`${text}\n`))
  await prepareBuilt(say)
  const folder = join(import.meta.dirname, '..', '..', '..', '.platen', 'fuzz', String(seed))
  mkdirSync(folder, { recursive: true })
  say(`seed ${seed}`)
  const { figures, findings } = await runFuzz({ minutes, seed, folder, say: text => say(text) })
  if (values.json) for (const { where, kind, detail } of findings) process.stderr.write(`✖ ${kind} in ${where}: ${detail}\n`)
  if (findings.length > 0) process.stderr.write(`Found with --seed ${seed}; inputs are in ${folder}\n`)
  const width = Math.max(...Object.keys(figures).map(name => name.length))
  if (!values.json) for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(width)}  ${value}\n`)
  process.stdout.write(`${JSON.stringify({ bench: 'fuzz', figures })}\n`)
  return findings.length === 0 ? 0 : 1
}

process.exitCode = await main()
