/** `pnpm bench NAME [options]`: prints a table and, last, one line {"bench":NAME,"figures":{…}}. */
import { parseArgs } from 'node:util'
import { prepareBuilt } from '@platen/lab'
import { connections } from './benches/connections.ts'
import { demo } from './benches/demo.ts'
import { dispatch } from './benches/dispatch.ts'
import { idleAgent } from './benches/idle-agent.ts'
import { storm } from './benches/storm.ts'
import type { Bench } from './bench.ts'
import { report } from './report.ts'

const benches: Readonly<Record<string, Bench>> = { 'idle-agent': idleAgent, demo, dispatch, connections, storm }

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '10' },
    jobs: { type: 'string' },
    agents: { type: 'string' },
    wordpress: { type: 'string', default: '7.1' },
    help: { type: 'boolean', default: false },
  },
})
const name = positionals[0] ?? ''
const bench = benches[name]
if (!bench || values.help) {
  const rows = Object.entries(benches).map(([title, { description }]) => `  ${title.padEnd(12)}${description}`)
  process.stderr.write(`pnpm bench NAME [--minutes N] [--jobs N] [--agents N] [--wordpress VERSION]\n\n${rows.join('\n')}\n`)
  process.exitCode = values.help ? 0 : 2
} else {
  await prepareBuilt(text => void process.stderr.write(`${text}\n`))
  report(
    name,
    bench,
    await bench.run({
      minutes: Number(values.minutes),
      ...(values.jobs === undefined ? {} : { jobs: Number(values.jobs) }),
      ...(values.agents === undefined ? {} : { agents: Number(values.agents) }),
      wordpress: values.wordpress,
    }),
  )
}
