/** A process that holds many simulated agents, told by its parent over IPC. */
import { SimulatedAgent, type FleetHome, type FleetMember } from './simulated-agent.ts'

/** What the parent says. */
export type ToSimulator = { readonly type: 'start'; readonly members: readonly FleetMember[]; readonly home: FleetHome }

/** What the parent hears, a few times a second. */
export interface FromSimulator {
  readonly open: number
  /** Welcomes since the start: an agent that came back has had two. */
  readonly welcomes: number
  /** Jobs whose results are stored, since the last word. */
  readonly done: readonly string[]
}

const tellEveryMs = 20
/** Agents start so many at a time, so that a start is no storm of its own. */
const startAtOnce = 50
const startEveryMs = 20

let open = 0
let welcomes = 0
let done: string[] = []

function start({ members, home }: ToSimulator): void {
  const waiting = [...members]
  const timer = setInterval(() => {
    for (const member of waiting.splice(0, startAtOnce)) {
      const { link } = new SimulatedAgent(member, home, jobId => done.push(jobId))
      let wasOpen = false
      link.subscribe(({ state }) => {
        if (state === 'open') welcomes += 1
        if ((state === 'open') !== wasOpen) open += state === 'open' ? 1 : -1
        wasOpen = state === 'open'
      })
    }
    if (waiting.length === 0) clearInterval(timer)
  }, startEveryMs)
}

let told = ''
setInterval(() => {
  const now = `${open} ${welcomes}`
  if (now === told && done.length === 0) return
  told = now
  process.send?.({ open, welcomes, done } satisfies FromSimulator)
  done = []
}, tellEveryMs)
process.on('message', (message: ToSimulator) => start(message))
// Without its parent there is nobody to simulate for.
process.on('disconnect', () => process.exit(0))
