import { launch } from '../launcher.ts'
import { stderrLog } from '../system/json-log.ts'

/** `platen-agent run`: launches the agent and stays until a signal ends it. @throws PlatenError what kept it from starting */
export async function runAgent(policyPath: string): Promise<void> {
  const log = stderrLog('launcher')
  const launched = launch({ policyPath, logs: 'stderr', log })
  const stop = (signal: NodeJS.Signals): void => {
    log.info('launcher:stopping', { signal })
    void launched.stop()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  await launched.ready
  await launched.done
}
