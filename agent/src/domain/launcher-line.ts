import type { WorkerRole } from '@platen/protocol'
import type { Bill } from './run.ts'

/** Where a process stands in the queues for CPU and disk: `back` is behind all others. */
export type WorkerPriority = 'usual' | 'back'

/** A worker process as the main process wants it. */
export interface WorkerWanted {
  readonly role: WorkerRole
  readonly priority: WorkerPriority
  readonly token: string
  readonly memoryMb: number
}

/** What the agent's main process may ask of the launcher. */
export type LauncherOrder =
  | ({ readonly verb: 'start' } & WorkerWanted)
  | { readonly verb: 'stop'; readonly token: string }
  | { readonly verb: 'ready' }
  | { readonly verb: 'failed'; readonly code: string }

/** How a worker process went. */
export type WorkerExit = 'clean' | 'crashed' | 'memory'

/** What a worker process had used when it was last looked at from outside; 0 where the system did not tell. */
export type WorkerUsage = Pick<Bill, 'cpuMs' | 'peakRssBytes' | 'readBytes' | 'writtenBytes'>

/** What the launcher tells the agent's main process of a worker: what it has used by now, and how it went once it is gone. */
export interface LauncherNotice {
  readonly token: string
  readonly exit?: WorkerExit
  readonly usage: WorkerUsage
}

/** Longest line of either direction, in characters: a reader that has more without a line end gives up. */
export const launcherLineLength = 200

const start = /^start (usual|back) (site|nginx|agent) ([0-9a-f]{64}) ([1-9][0-9]{1,4})$/
const stop = /^stop ([0-9a-f]{64})$/
const failed = /^failed ([a-z]{1,20}(?:\.[a-z_]{1,30})?)$/
const notice = /^(?:used ([0-9a-f]{64})|ended ([0-9a-f]{64}) (clean|crashed|memory)) (\d{1,15}) (\d{1,15}) (\d{1,15}) (\d{1,15})$/

/** One line from the main process, or undefined for anything but the four forms: the launcher has root's rights. */
export function parseOrder(line: string): LauncherOrder | undefined {
  if (line === 'ready') return { verb: 'ready' }
  const started = start.exec(line)
  if (started) {
    const [priority, role, token, memoryMb] = started.slice(1) as [WorkerPriority, WorkerRole, string, string]
    return { verb: 'start', priority, role, token, memoryMb: Number(memoryMb) }
  }
  const stopped = stop.exec(line)
  if (stopped) return { verb: 'stop', token: stopped[1] as string }
  const failure = failed.exec(line)
  return failure ? { verb: 'failed', code: failure[1] as string } : undefined
}

/** An order as its line, without the line end. */
export function formatOrder(order: LauncherOrder): string {
  switch (order.verb) {
    case 'start':
      return `start ${order.priority} ${order.role} ${order.token} ${order.memoryMb}`
    case 'stop':
      return `stop ${order.token}`
    case 'failed':
      return `failed ${order.code}`
    case 'ready':
      return 'ready'
  }
}

/** One line from the launcher, or undefined. */
export function parseNotice(line: string): LauncherNotice | undefined {
  const match = notice.exec(line)
  if (!match) return undefined
  const [cpuMs, peakRssBytes, readBytes, writtenBytes] = match.slice(4).map(Number) as [number, number, number, number]
  const exit = match[3] as WorkerExit | undefined
  return { token: (match[1] ?? match[2]) as string, ...(exit ? { exit } : {}), usage: { cpuMs, peakRssBytes, readBytes, writtenBytes } }
}

/** A notice as its line, without the line end. */
export function formatNotice({ token, exit, usage }: LauncherNotice): string {
  return `${exit ? `ended ${token} ${exit}` : `used ${token}`} ${usage.cpuMs} ${usage.peakRssBytes} ${usage.readBytes} ${usage.writtenBytes}`
}
