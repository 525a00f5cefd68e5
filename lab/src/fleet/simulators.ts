import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { repositoryRoot } from '../paths.ts'
import type { FleetHome, FleetMember, JobListener } from './simulated-agent.ts'
import type { FromSimulator, ToSimulator } from './simulator.ts'

/** Processes that hold simulated agents. */
export interface Simulators {
  /** Agents that the gateway has let in. */
  open(): number
  /** Agents that were let in since `countAnew`. */
  back(): number
  countAnew(): void
  /** Hears of each job that is begun and of each whose result was stored, until the answer is called. */
  subscribe(listener: Partial<JobListener>): () => void
  close(): void
}

/** Under what a gateway lets in, see Admission. */
const startsPerSecond = 160

/** Spreads the members over so many processes and starts them. */
export function startSimulators(count: number, members: readonly FleetMember[], home: FleetHome): Simulators {
  const listeners = new Set<Partial<JobListener>>()
  const last = new Map<ChildProcess, FromSimulator>()
  const entry = join(repositoryRoot, 'lab', 'dist', 'fleet', 'simulator.js')
  const children = Array.from({ length: count }, (_, index) => {
    const child = fork(entry, { execArgv: ['--max-semi-space-size=4'] })
    child.on('message', (message: FromSimulator) => {
      last.set(child, message)
      for (const listener of listeners) {
        for (const jobId of message.begun) listener.begun?.(jobId)
        for (const jobId of message.done) listener.stored?.(jobId)
      }
    })
    child.send({
      members: members.filter((_member, at) => at % count === index),
      home,
      perSecond: startsPerSecond / count,
    } satisfies ToSimulator)
    return child
  })
  const sum = (of: 'open' | 'back'): number => [...last.values()].reduce((total, word) => total + word[of], 0)
  return {
    open: () => sum('open'),
    back: () => sum('back'),
    countAnew: () => {
      for (const [child, word] of last) {
        last.set(child, { ...word, back: 0 })
        child.send('count anew' satisfies ToSimulator)
      }
    },
    subscribe: listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => children.forEach(child => child.kill('SIGKILL')),
  }
}
