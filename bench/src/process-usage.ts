import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second of /proc/PID/stat: fixed at 100 on Linux (man 5 proc, sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100

/** A process and what it uses now. */
export interface ProcessUsage {
  readonly pid: number
  readonly parent: number
  readonly command: string
  /** Resident anonymous memory: what would be freed if it ended. */
  readonly rssAnonMb: number
  readonly cpuSeconds: number
}

/** What a process uses, or undefined where it has ended. */
export function usageOf(pid: number): ProcessUsage | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command is in parentheses and may hold anything, so fields are counted from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      pid,
      parent: Number(fields[1]),
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
      rssAnonMb: Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

/** A process and everything below it. */
export function treeOf(pid: number): ProcessUsage[] {
  const all = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => usageOf(Number(name)) ?? [])
  const below = (parent: number): ProcessUsage[] =>
    all.filter(entry => entry.parent === parent).flatMap(entry => [entry, ...below(entry.pid)])
  return [...all.filter(entry => entry.pid === pid), ...below(pid)]
}
