import { join } from 'node:path'
import { enrolLabAgent, listens, waitUntil, type Api, type Processes, type Programs } from '@platen/lab'
import { askAsOwner, type OwnersAnswer } from './as-owner.ts'
import { openFaultProxy, type FaultProxy } from './fault-proxy.ts'
import { inFlight, type InFlight } from './in-flight.ts'
import { descendants, isMain, isWorker, sent } from './process-tree.ts'
import { persistently, supervised } from './supervised.ts'

/** One site with its agent, as processes that can be killed, behind a network that can fail. */
export interface ChaosAgent {
  readonly siteId: string
  readonly proxy: FaultProxy
  start(): Promise<void>
  /** Settles when a main process of it works, other than `gone`. @throws LabError where that takes too long */
  isUp(gone: readonly number[]): Promise<void>
  /** Ends launcher, main process and workers at once. */
  killContainer(): Promise<void>
  /** The main process that was killed, if there was one. */
  killMain(): readonly number[]
  /** Whether there was a worker to kill. */
  killWorker(): boolean
  /** Lets every process of it stand still, until the answer is called. */
  freeze(): () => void
  /** The jobs of which it has something in flight. While it stands still or is gone. */
  inFlight(): Promise<InFlight>
  /** Makes its container anew, without anything that it knew: it enrols again. While it is gone. @throws LabError where that takes too long */
  recreate(): Promise<void>
  /** Asks for a job as the owner does whose button the plugin shows. */
  ask(kind: string, input: object, until: AbortSignal): Promise<OwnersAnswer>
  close(): Promise<void>
}

/** What agents are made with. */
export interface AgentParts {
  readonly api: Api
  readonly programs: Programs
  readonly processes: Processes
  readonly directory: string
  readonly signerRoot: string
  readonly gatewayPort: number
  /** Where sites are. */
  readonly siteUrl: string
  /** The pool that the agent serves besides its site. */
  readonly pool?: string
}

const upMs = 60_000
/** The gateway that a new container enrols at may be killed several times meanwhile. */
const enrolMs = 240_000

/** Adds a site and enrols its agent, which is not started yet. */
export async function enrolChaosAgent(index: number, parts: AgentParts): Promise<ChaosAgent> {
  const { programs, processes, directory } = parts
  const name = `agent-${index}`
  const folder = join(directory, name)
  const proxy = await openFaultProxy(parts.gatewayPort)
  const agent = await enrolLabAgent({
    ...parts,
    gatewayUrl: proxy.url,
    siteUrl: `${parts.siteUrl}/site-${index}`,
    folder,
  })
  const { siteId, policy, policyFile } = agent
  const serve = async (id: string): Promise<void> => {
    if (parts.pool !== undefined) await parts.api.request('POST', `/v1/agents/${id}/pool`, { pool: parts.pool })
  }
  await serve(agent.agentId)
  const tree = (): readonly number[] => descendants(processes.pid(name))
  const signal = (pids: readonly number[], what: NodeJS.Signals): boolean => pids.filter(pid => sent(pid, what)).length > 0
  const start = (): Promise<void> =>
    supervised(processes, name, () => processes.start(name, programs.labAgent('--policy', policyFile), () => listens(policy.agent.control)))
  return {
    siteId,
    proxy,
    start,
    isUp: async gone => {
      await waitUntil(name, upMs, async () => {
        // A launcher whose first main process was killed before it was ready gives up.
        if (!processes.isRunning(name)) await start()
        return tree().some(pid => isMain(pid) && !gone.includes(pid)) && listens(policy.agent.control)
      })
    },
    killContainer: async () => {
      signal(tree(), 'SIGKILL')
      await processes.end(name)
    },
    killMain: () =>
      tree()
        .filter(isMain)
        .filter(pid => sent(pid, 'SIGKILL')),
    killWorker: () => signal(tree().filter(isWorker).slice(0, 1), 'SIGKILL'),
    freeze: () => {
      const frozen = tree()
      signal(frozen, 'SIGSTOP')
      return () => void signal(frozen, 'SIGCONT')
    },
    inFlight: () => inFlight(policy.agent.state, join(folder, 'copy')),
    recreate: () => persistently(enrolMs, async () => serve(await agent.enrolAnew())),
    ask: (kind, input, until) => askAsOwner(policy.agent.socket, { kind, input }, until),
    close: () => proxy.close(),
  }
}
