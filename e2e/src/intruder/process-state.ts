import { readdirSync, readFileSync } from 'node:fs'

/** What a process holds now; undefined where it is gone. */
export interface ProcessState {
  readonly rssMb: number
  readonly openFiles: number
  /** Clock ticks since boot: another process under the same id has another. */
  readonly startedAt: string
}

/** Memory and open files of a process. */
export function processState(pid: number): ProcessState | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return {
      rssMb: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024,
      openFiles: readdirSync(`/proc/${pid}/fd`).length,
      startedAt: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '',
    }
  } catch {
    // It ended meanwhile.
    return undefined
  }
}

/** A process and all that it started, with their users and command lines. */
export function processTree(pid: number): { readonly pid: number; readonly uid: number; readonly command: string }[] {
  if (pid <= 0) return []
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap(task =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    const uid = Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    return [{ pid, uid, command }, ...children.flatMap(processTree)]
  } catch {
    // It ended meanwhile.
    return []
  }
}
