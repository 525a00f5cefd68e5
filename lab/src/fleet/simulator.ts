/** A process that holds many simulated agents, told by its parent over IPC. */
import { SimulatedAgent, type FleetHome, type FleetMember } from './simulated-agent.ts'

/** What the parent says: to start some agents, or to count anew who is let in. */
export type ToSimulator = StartAgents | 'count anew'

/** Agents to start. */
export interface StartAgents {
  readonly members: readonly FleetMember[]
  readonly home: FleetHome
  /** Agents that start in a second: fewer than the gateway lets in, or their start is a storm of its own. */
  readonly perSecond: number
}

/** What the parent hears, a few times a second. */
export interface FromSimulator {
  readonly open: number
  /** Agents that were let in since they were told to count anew. */
  readonly back: number
  /** Jobs that were begun, and those whose results are stored, since the last word. */
  readonly begun: readonly string[]
  readonly done: readonly string[]
}

const tellEveryMs = 20

let open = 0
const back = new Set<string>()
let begun: string[] = []
let done: string[] = []

function start({ members, home, perSecond }: StartAgents): void {
  const waiting = members.values()
  const timer = setInterval(() => {
    const { value, done: isOver } = waiting.next()
    if (isOver) clearInterval(timer)
    else startOne(value, home)
  }, 1_000 / perSecond)
}

function startOne(member: FleetMember, home: FleetHome): void {
  const { link } = new SimulatedAgent(member, home, { begun: jobId => begun.push(jobId), stored: jobId => done.push(jobId) })
  let wasOpen = false
  link.subscribe(({ state }) => {
    const isOpen = state === 'open'
    if (isOpen) back.add(member.agentId)
    if (isOpen !== wasOpen) open += isOpen ? 1 : -1
    wasOpen = isOpen
  })
}

let told = ''
setInterval(() => {
  const now = `${open} ${back.size}`
  if (now === told && done.length === 0 && begun.length === 0) return
  told = now
  process.send?.({ open, back: back.size, begun, done } satisfies FromSimulator)
  begun = []
  done = []
}, tellEveryMs)
process.on('message', (message: ToSimulator) => (message === 'count anew' ? back.clear() : start(message)))
// Without its parent there is nobody to simulate for.
process.on('disconnect', () => process.exit(0))
