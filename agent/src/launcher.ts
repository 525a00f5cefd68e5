import { extname, join } from 'node:path'
import { PlatenError, type DocumentPolicy, type WorkerRole } from '@platen/protocol'
import { policyIsOpen, readPolicy } from './config/policy-file.ts'
import type { WorkerWanted } from './domain/launcher-line.ts'
import { userOfRole } from './domain/policy.ts'
import { backoffMs } from './domain/retry.ts'
import { requireAccount, type Account } from './launcher/accounts.ts'
import { attendAgent, type AgentChild } from './launcher/agent-child.ts'
import { childCommand, type Wrappers } from './launcher/child-command.ts'
import { startChild, type Child } from './launcher/child-process.ts'
import { doorPath, prepareFolders, prepareSpool } from './launcher/folders.ts'
import { assertReach } from './launcher/program-reach.ts'
import { workerChildren, type WorkerChildren } from './launcher/worker-children.ts'
import { findWrappers } from './launcher/wrappers.ts'
import type { Log } from './ports/log.ts'

/** What is to be launched. */
export interface LaunchOptions {
  readonly policyPath: string
  /** Without its link to the gateway, for one job on the spot. */
  readonly local?: boolean
  /** Other compositions of main process and worker, for lab and tests; absent means the agent's own. */
  readonly entries?: { readonly main: string; readonly worker: string }
  /** Whether the main process's log goes to stderr. */
  readonly logs: 'stderr' | 'none'
  readonly log: Log
}

/** A launched agent and the only handle that ends it. */
export interface Launched {
  /** Settles when the agent listens. Rejects with the PlatenError that kept it from starting; then all is over. */
  readonly ready: Promise<void>
  /** Settles when main process and workers are gone for good. */
  readonly done: Promise<void>
  stop(): Promise<void>
}

/** A restarted main process that lives so long is well again. */
const wellAfterMs = 60_000
const restart = { firstMs: 500, capMs: 30_000 }
const isSource = extname(import.meta.filename) === '.ts'
/**
 * The main process has little to hold and little to do: a small young generation and no optimized code save 3 MB of 20.
 * Lite mode has no WebAssembly, which Node needs to read TypeScript.
 */
const mainFlags = ['--max-semi-space-size=1', '--max-old-space-size=128', ...(isSource ? [] : ['--lite-mode'])]

/**
 * Starts the agent: its main process as the agent's user, and on that process's request workers with the users of their
 * roles. Reads nothing but the policy file, which is root's, and lines of a fixed form. Starts a main process that died
 * again, after a back-off; one that never listened is not tried again.
 *
 * @throws PlatenError policy.invalid, file.denied, privilege.missing
 */
export function launch(options: LaunchOptions): Launched {
  const policy = readPolicy(options.policyPath)
  const accounts = accountsOf(policy)
  const open = accounts.agent && policyIsOpen(options.policyPath, accounts.agent)
  if (open !== undefined) throw new PlatenError('policy.invalid', `${options.policyPath}: ${open}.`)
  const programs = [process.execPath, options.entries?.main ?? ownProgram('main'), options.entries?.worker ?? ownProgram('worker')]
  const wrappers = findWrappers(accounts.agent !== undefined)
  for (const account of Object.values(accounts)) for (const program of programs) if (account) assertReach(program, account)
  prepareFolders(policy, accounts.agent)
  prepareSpool(policy, accounts.agent, accounts.site)
  const state: { agent?: AgentChild; stopping: boolean; wake?: () => void } = { stopping: false }
  const workers = startableWorkers(options, policy, { accounts, wrappers }, notice => state.agent?.tell(notice))
  const begin = (): AgentChild => {
    state.agent = attendAgent(startMain(options, accounts.agent, wrappers), workers, options.log)
    return state.agent
  }
  const first = begin()
  const done = supervise(first, begin, workers, state, options.log)
  return {
    ready: first.ready,
    done,
    stop: async () => {
      state.stopping = true
      state.agent?.stop()
      state.wake?.()
      await done
    },
  }
}

async function supervise(
  first: AgentChild,
  begin: () => AgentChild,
  workers: WorkerChildren,
  state: { stopping: boolean; wake?: () => void },
  log: Log,
): Promise<void> {
  let failures = 0
  let startedAt = performance.now()
  let everReady = false
  void first.ready.then(
    () => {
      everReady = true
    },
    // Told to whoever launched.
    () => undefined,
  )
  for (let agent = first; ; agent = begin()) {
    const { code, signal } = await agent.exited
    // Its workers have nobody to report to.
    workers.killAll()
    await workers.idle()
    if (state.stopping || !everReady) return
    failures = performance.now() - startedAt > wellAfterMs ? 1 : failures + 1
    const waitMs = backoffMs(failures, restart, Math.random())
    log.error('agent:died', { code, signal, waitMs })
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, waitMs)
      state.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    if (state.stopping) return
    startedAt = performance.now()
  }
}

function startMain({ policyPath, local, entries, logs }: LaunchOptions, account: Account | undefined, wrappers: Wrappers): Child {
  const entry = entries?.main ?? ownProgram('main')
  const command = [...node(mainFlags), entry, '--policy', policyPath, ...(local ? ['--local'] : [])]
  return startChild(childCommand({ ...identity(account), background: false, command }, wrappers), {
    account,
    stdin: 'ignore',
    stderr: logs === 'stderr' ? 'inherit' : 'keep',
    channel: true,
  })
}

function startableWorkers(
  { entries, log }: LaunchOptions,
  policy: DocumentPolicy,
  { accounts, wrappers }: { readonly accounts: Accounts; readonly wrappers: Wrappers },
  tell: AgentChild['tell'],
): WorkerChildren {
  const entry = entries?.worker ?? ownProgram('worker')
  const spawn = ({ role, priority, memoryMb }: WorkerWanted): Child => {
    const account = accounts[role]
    const command = [...node([`--max-old-space-size=${memoryMb}`]), entry]
    return startChild(childCommand({ ...identity(account), background: priority === 'back', command }, wrappers), {
      account,
      stdin: 'pipe',
      stderr: 'keep',
      channel: false,
    })
  }
  return workerChildren({ spawn, greeting: token => `${token} ${doorPath(policy)}\n`, mostMemoryMb: policy.limits.memoryMb, tell, log })
}

type Accounts = Readonly<Record<WorkerRole, Account | undefined>>

/** The users to become, or none where the launcher has no root and everyone is who it is. */
function accountsOf(policy: DocumentPolicy): Accounts {
  const of = (role: WorkerRole): Account | undefined => (process.getuid?.() === 0 ? requireAccount(userOfRole(policy, role)) : undefined)
  return { agent: of('agent'), site: of('site'), nginx: of('nginx') }
}

function identity(account: Account | undefined): { account?: Account } {
  return account ? { account } : {}
}

/** Node as it runs now, from source or from dist. */
function node(flags: readonly string[]): readonly string[] {
  return [process.execPath, ...process.execArgv.filter(argument => argument.startsWith('--conditions=')), ...flags]
}

/** One of the agent's own programs; a build makes one file of each, see scripts/build.ts. */
function ownProgram(name: string): string {
  return isSource ? join(import.meta.dirname, `${name}.ts`) : join(import.meta.dirname, 'programs', `${name}.js`)
}
