/**
 * `pnpm bench NAME [options]`: prints a table and, last, one line {"bench":NAME,"figures":{…}}. Ends with 1 where a figure is over
 * its budget or missing.
 */
import { parseArgs } from 'node:util'
import { prepareBuilt } from '@platen/lab'
import { connections } from './benches/connections.ts'
import { demo } from './benches/demo.ts'
import { dispatch } from './benches/dispatch.ts'
import { idleAgent } from './benches/idle-agent.ts'
import { purge } from './benches/purge.ts'
import { storm } from './benches/storm.ts'
import type { Bench } from './bench.ts'
import { report } from './report.ts'

const benches: Readonly<Record<string, Bench>> = { 'idle-agent': idleAgent, demo, dispatch, connections, storm, purge }

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    jobs: { type: 'string' },
    agents: { type: 'string' },
    wordpress: { type: 'string', default: '7.1' },
    rows: { type: 'string' },
    parts: { type: 'string' },
    purger: { type: 'string' },
    'only-200': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const name = positionals[0] ?? ''
const bench = benches[name]
if (!bench || values.help) {
  const rows = Object.entries(benches).map(([title, { description }]) => `  ${title.padEnd(12)}${description}`)
  process.stderr.write(
    `pnpm bench NAME [--minutes N] [--jobs N] [--agents N] [--wordpress VERSION]\n                [--rows A,B] [--parts A,B] [--purger platen|none|all] [--only-200]\n\n${rows.join('\n')}\n`,
  )
  process.exitCode = values.help ? 0 : 2
} else {
  await prepareBuilt(text => void process.stderr.write(`${text}\n`))
  const figures = await bench.run({
    minutes: Number(values.minutes ?? bench.minutes ?? 10),
    ...(values.jobs === undefined ? {} : { jobs: Number(values.jobs) }),
    ...(values.agents === undefined ? {} : { agents: Number(values.agents) }),
    wordpress: values.wordpress,
    onlyGood: values['only-200'],
    ...(values.rows === undefined ? {} : { rows: values.rows.split(',') }),
    ...(values.parts === undefined ? {} : { parts: values.parts.split(',') }),
    ...(values.purger === undefined ? {} : { purger: values.purger }),
  })
  if (!report(name, bench, figures)) process.exitCode = 1
}
