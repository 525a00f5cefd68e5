/** `pnpm breach`: what somebody can do who holds one part of Platen, and what not. */
import { parseArgs } from 'node:util'
import { explain, prepareBuilt } from '@platen/lab'
import { attackers, type Attacker } from './attempt.ts'
import { holdDrill } from './drill.ts'
import { jsonLine, line } from './report.ts'
import { writePart } from './security-doc.ts'

const help = `pnpm breach ${attackers.join('|')} [options]
pnpm breach --write-docs

Brings up a gateway, a signer and two sites with their agents, every part as a user of its own, and tries what somebody can who holds
that component's keys, database and shell. Needs root. Prints what it could not do and what it can, as designed.

  --json          only the last line
  --write-docs    holds the drill that is named, or all of them, and writes the tables of docs/security.md
  --help

Exits with 1 where an attempt came otherwise than it had to, or proved nothing; its table is left alone then.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function main(): Promise<number> {
  const named = attackers.filter(name => positionals.includes(name))
  const wanted: readonly Attacker[] = named.length === 0 && values['write-docs'] ? attackers : named
  if (values.help || wanted.length === 0 || named.length < positionals.length) {
    process.stderr.write(help)
    return values.help ? 0 : 2
  }
  await prepareBuilt(text => void (values.json || process.stderr.write(`${text}\n`)))
  let surprises = 0
  for (const attacker of wanted) {
    if (!values.json) process.stdout.write(`\nWho holds the ${attacker}${attacker === 'neighbour' ? '’s tokens and agent' : ''}:\n`)
    const all = await holdDrill(attacker, tried => void (values.json || process.stdout.write(`${line(tried)}\n`)))
    const surprising = all.filter(({ surprise }) => surprise).length
    surprises += surprising
    // What came otherwise than it had to is to be mended, not to be written down.
    if (values['write-docs'] && surprising === 0) writePart(attacker, all)
    process.stdout.write(`${jsonLine(attacker, all)}\n`)
  }
  return surprises === 0 ? 0 : 1
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`)
  return 3
})
