import { readFileSync } from 'node:fs'
import type { WorkerUsage } from '../domain/launcher-line.ts'

/** The unit of CPU times in /proc, which is the same on every Linux. */
const tickMs = 10

/**
 * What a process has used so far, seen from outside: nothing of it is its own word. Undefined where it is gone or where the
 * system has no /proc. Bytes of disk are 0 where this process may not look at those of another user (no CAP_SYS_PTRACE).
 */
export function usageOf(pid: number): WorkerUsage | undefined {
  const stat = read(`/proc/${pid}/stat`)
  const status = read(`/proc/${pid}/status`)
  if (stat === undefined || status === undefined) return undefined
  // The name, which may hold anything, is in brackets; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const io = read(`/proc/${pid}/io`) ?? ''
  return {
    cpuMs: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tickMs,
    peakRssBytes: number(status, 'VmHWM') * 1_024,
    readBytes: number(io, 'read_bytes'),
    writtenBytes: number(io, 'write_bytes'),
  }
}

function number(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d{1,15})`, 'm').exec(text)?.[1] ?? 0)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone, not ours to see, or not Linux.
    return undefined
  }
}
