import { readFileSync } from 'node:fs'

/**
 * Memory of a process that no file backs, in bytes: what it really takes from the machine. Undefined where it is gone or
 * where the system has no /proc.
 */
export function privateBytes(pid: number): number | undefined {
  let status: string
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    // Gone, or not Linux: then V8's own limit is the only one.
    return undefined
  }
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
  return (kib('RssAnon') + kib('RssShmem') + kib('VmSwap')) * 1_024
}
