/** Launches an agent with lab's kinds: `--policy FILE`, as `platen-agent run` is; with `--instant` its jobs end on the spot. */
import { extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { launch, stderrLog } from '@platen/agent'

const { values } = parseArgs({ options: { policy: { type: 'string', default: '' }, instant: { type: 'boolean', default: false } } })
const entry = (name: string): string => join(import.meta.dirname, `${name}${extname(import.meta.filename)}`)
const launched = launch({
  policyPath: values.policy,
  entries: { main: entry(values.instant ? 'instant-main' : 'agent-main'), worker: entry('agent-worker') },
  logs: 'stderr',
  log: stderrLog('launcher'),
})
process.once('SIGTERM', () => void launched.stop())
await launched.ready
await launched.done
