import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LabError, listens, runCommand } from '@platen/lab'
import { processState } from '../intruder/process-state.ts'
import type { Deed, Done } from './deed.ts'
import { got, stopped, type Outcome } from './attempt.ts'

const script = join(import.meta.dirname, 'deed.ts')
const deedMs = 20_000

/** Does something as a user of the machine, without root's rights or any other. @throws LabError where not even the try could be made */
export async function asUser(user: string, deed: Deed): Promise<Done> {
  const identity = ['--reuid', user, '--regid', user, '--init-groups', '--inh-caps=-all', '--bounding-set=-all', '--no-new-privs']
  const text = await runCommand(
    '/usr/bin/setpriv',
    [...identity, '--', process.execPath, '--disable-warning=ExperimentalWarning', script, JSON.stringify(deed)],
    {
      timeoutMs: deedMs,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
    },
  )
  try {
    return JSON.parse(text) as Done
  } catch (cause) {
    throw new LabError('lab.command_failed', `A deed printed ${text.slice(0, 200)}`, 'See e2e/src/breach/deed.ts.', { cause })
  }
}

/** Whether a user may read or write a file. @throws LabError where it is not there: a folder refuses whatever is asked for in it */
export async function tryFile(user: string, how: 'read' | 'write', path: string): Promise<Outcome> {
  if (!existsSync(path)) throw missing(path)
  const { error } = await asUser(user, { do: how, path })
  return error === undefined ? got(how === 'read' ? 'it is readable' : 'it is writable') : stopped(error)
}

/** Asks over a socket or a port; an answer that is no error is what was tried for. @throws LabError where nobody listens at the socket */
export async function tryAsking(user: string, deed: Omit<Extract<Deed, { do: 'ask' }>, 'do'>): Promise<Outcome> {
  if (deed.socket !== undefined && !(await listens(deed.socket))) throw missing(deed.socket)
  const { error, status = 0, json } = await asUser(user, { do: 'ask', ...deed })
  if (error !== undefined) return stopped(error)
  if (status < 400) return got(`answered ${status}`)
  return stopped((json as { code?: string } | undefined)?.code ?? status)
}

/** Whether a user may signal a process. @throws LabError where there is none: a number below 1 stands for many */
export async function trySignal(user: string, pid: number): Promise<Outcome> {
  if (pid < 1 || !processState(pid)) throw missing(`process ${pid}`)
  const { error } = await asUser(user, { do: 'signal', pid, signal: 0 })
  return error === undefined ? got('it may be ended') : stopped(error)
}

function missing(what: string): LabError {
  return new LabError(
    'lab.command_failed',
    `${what} is not there: that it is out of reach proves nothing`,
    'See the logs of the drill’s field.',
  )
}
