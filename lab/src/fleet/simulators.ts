import { fork, type ChildProcess } from 'node:child_process'
import { extname, join } from 'node:path'
import type { FleetHome, FleetMember } from './simulated-agent.ts'
import type { FromSimulator, ToSimulator } from './simulator.ts'

/** Processes that hold simulated agents. */
export interface Simulators {
  /** Agents that the gateway has let in. */
  open(): number
  /** How often agents were let in since the start. */
  welcomes(): number
  /** Calls back with each job whose result was stored, until the answer is called. */
  onDone(listener: (jobId: string) => void): () => void
  close(): void
}

/** Spreads the members over so many processes and starts them. */
export function startSimulators(count: number, members: readonly FleetMember[], home: FleetHome): Simulators {
  const listeners = new Set<(jobId: string) => void>()
  const last = new Map<ChildProcess, FromSimulator>()
  const entry = join(import.meta.dirname, `simulator${extname(import.meta.filename)}`)
  const children = Array.from({ length: count }, (_, index) => {
    const child = fork(entry, { execArgv: ['--max-semi-space-size=4'] })
    child.on('message', (message: FromSimulator) => {
      last.set(child, message)
      for (const jobId of message.done) for (const listener of listeners) listener(jobId)
    })
    child.send({ type: 'start', members: members.filter((_member, at) => at % count === index), home } satisfies ToSimulator)
    return child
  })
  const sum = (of: 'open' | 'welcomes'): number => [...last.values()].reduce((total, word) => total + word[of], 0)
  return {
    open: () => sum('open'),
    welcomes: () => sum('welcomes'),
    onDone: listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => children.forEach(child => child.kill('SIGKILL')),
  }
}
