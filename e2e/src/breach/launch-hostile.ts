/** Launches an agent whose main process is in the wrong hands, as root does: `--policy FILE`. Prints what the launcher did. */
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launch } from '@platen/agent'
import type { LaunchReport } from './hostile-launch.ts'

type Log = Parameters<typeof launch>[0]['log']

const { values } = parseArgs({ options: { policy: { type: 'string', default: '' } } })
const refused: LaunchReport['refused'][number][] = []
const note: Log['error'] = (event, { bytes } = {}) => {
  if (event === 'launcher:refused') refused.push(Number(bytes))
}
const launched = launch({
  policyPath: values.policy,
  entries: {
    main: join(import.meta.dirname, 'hostile-main.ts'),
    // The program of workers is the launcher's choice, whoever holds the main process.
    worker: fileURLToPath(new URL('worker.ts', import.meta.resolve('@platen/agent'))),
  },
  logs: 'none',
  log: { info: note, warn: note, error: note },
})
const isReady = await launched.ready.then(
  () => true,
  () => false,
)
await launched.stop()
process.stdout.write(JSON.stringify({ isReady, refused } satisfies LaunchReport))
