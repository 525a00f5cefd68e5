import { readdirSync, readFileSync } from 'node:fs'

/** A process and all that it started. */
export function descendants(pid: number): number[] {
  if (pid <= 0) return []
  return [pid, ...childrenOf(pid).flatMap(descendants)]
}

function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    return tasks.flatMap(task => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number))
  } catch {
    // It ended meanwhile.
    return []
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}

/** Whether a process is an agent's main one. */
export const isMain = (pid: number): boolean => /agent-main\.(js|ts)/.test(commandOf(pid))
/** Whether it carries out a job. */
export const isWorker = (pid: number): boolean => /agent-worker\.(js|ts)/.test(commandOf(pid))

/** Whether there was still somebody to send the signal to. */
export function sent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    // It ended meanwhile.
    return false
  }
}
