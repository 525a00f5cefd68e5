import { readdirSync, readFileSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { enrolLabAgent, listens, waitUntil, type Api, type Processes, type Programs } from '@platen/lab'
import { openFaultProxy, type FaultProxy } from './fault-proxy.ts'
import { supervised } from './supervised.ts'

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
  close(): Promise<void>
}

/** Jobs of one agent, by how far it is with them. */
export interface InFlight {
  /** Those whose step has begun, and has not ended. */
  readonly stepping: readonly string[]
  /** Those that have begun. */
  readonly running: readonly string[]
  /** All of which the gateway has not heard the end. */
  readonly unheard: readonly string[]
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
}

const upMs = 60_000

/** Adds a site and enrols its agent, which is not started yet. */
export async function enrolChaosAgent(index: number, parts: AgentParts): Promise<ChaosAgent> {
  const { programs, processes, directory } = parts
  const name = `agent-${index}`
  const folder = join(directory, name)
  const proxy = await openFaultProxy(parts.gatewayPort)
  const { siteId, policy, policyFile } = await enrolLabAgent({
    ...parts,
    gatewayUrl: proxy.url,
    siteUrl: `${parts.siteUrl}/site-${index}`,
    folder,
  })
  const tree = (): readonly number[] => descendants(processes.pid(name))
  const signal = (pids: readonly number[], what: NodeJS.Signals): boolean => pids.filter(pid => sent(pid, what)).length > 0
  return {
    siteId,
    proxy,
    start: () =>
      supervised(processes, name, () =>
        processes.start(name, programs.labAgent('--policy', policyFile), () => listens(policy.agent.control)),
      ),
    isUp: gone => waitUntil(name, upMs, () => tree().some(pid => isMain(pid) && !gone.includes(pid)) && listens(policy.agent.control)),
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
    close: () => proxy.close(),
  }
}

/** Reads a copy of the journal: its owner holds the file itself, even while it stands still. */
async function inFlight(state: string, copy: string): Promise<InFlight> {
  await cp(state, copy, { recursive: true, filter: source => !source.endsWith('.sock') })
  try {
    const database = new Database(join(copy, 'journal.db'))
    const ids = (sql: string): string[] => (database.prepare(sql).all() as { job_id: string }[]).map(({ job_id: id }) => id)
    const unended = ids('SELECT job_id FROM runs WHERE ended = 0')
    const running = ids("SELECT job_id FROM runs WHERE ended = 0 AND body ->> '$.state' = 'running'")
    const stepping = ids("SELECT DISTINCT job_id FROM steps JOIN runs USING (job_id) WHERE ended = 0 AND phase = 'begun'")
    const results = ids("SELECT job_id FROM outbox WHERE about = 'outcome'")
    database.close()
    return { stepping, running, unheard: [...unended, ...results] }
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

/** A process and all that it started. */
function descendants(pid: number): number[] {
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

const isMain = (pid: number): boolean => /agent-main\.(js|ts)/.test(commandOf(pid))
const isWorker = (pid: number): boolean => /agent-worker\.(js|ts)/.test(commandOf(pid))

function sent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    // It ended meanwhile.
    return false
  }
}
