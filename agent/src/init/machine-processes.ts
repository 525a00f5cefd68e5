import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process as its title tells: daemons name their configuration there. */
export interface MachineProcess {
  readonly title: string
  /** The program that it runs; undefined where it may not be seen. */
  readonly program: string | undefined
}

/** Every process of this machine, or none where there is no /proc. */
export function machineProcesses(): readonly MachineProcess[] {
  return numbered('/proc').flatMap(pid => {
    const title = unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim())
    if (title === undefined || title === '') return []
    return [{ title, program: unlessGone(() => readlinkSync(`/proc/${pid}/exe`)) }]
  })
}

function numbered(folder: string): readonly string[] {
  return (unlessGone(() => readdirSync(folder)) ?? []).filter(name => /^\d+$/.test(name))
}

/** Processes end while they are being looked at. */
function unlessGone<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'ENOTDIR') return undefined
    throw error
  }
}
