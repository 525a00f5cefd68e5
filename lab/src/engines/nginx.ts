import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../lab-error.ts'
import { acceptsAt } from '../process/accepts-at.ts'
import { startOwnedChild, whenReady, type OwnedChild } from '../process/owned-child.ts'
import { tryCommand } from '../process/run-command.ts'
import { requireBinary } from './binaries.ts'

/** An nginx of lab's own. */
export interface Nginx {
  readonly configFile: string
  readonly pid: number
  stop(): Promise<void>
  /** Starts it again with the same config after `stop()`. */
  start(): Promise<void>
  /** Reads its config again (SIGHUP). */
  reload(): void
}

const readyMs = 10_000

/** Starts nginx in the foreground with this whole config text, in which `daemon` and `error_log` must not be set. Waits until `port` answers. */
export async function startNginx(directory: string, config: string, port: number): Promise<Nginx> {
  const command = requireBinary('nginx')
  const configFile = join(directory, 'nginx.conf')
  await writeFile(configFile, config)
  const args = ['-p', directory, '-e', 'stderr', '-c', configFile]
  const check = await tryCommand(command, ['-t', ...args], { timeoutMs: 10_000 })
  if (check.exitCode !== 0)
    throw new LabError('lab.engine_failed', `nginx refused its config: ${check.stderr.trim()}`, `See ${configFile}.`)
  let child: OwnedChild | undefined
  const start = async (): Promise<void> => {
    if (child?.isRunning()) return
    const logFile = join(directory, 'nginx.log')
    const started = startOwnedChild({ name: 'nginx', command, args: [...args, '-g', 'daemon off;'], logFile })
    child = started
    await whenReady(started, 'nginx', readyMs, () => acceptsAt(port))
  }
  await start()
  return {
    configFile,
    get pid() {
      return child?.pid ?? -1
    },
    stop: async () => child?.stop(),
    start,
    reload: () => {
      if (child?.isRunning()) process.kill(child.pid, 'SIGHUP')
    },
  }
}
