import { Socket } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { kinds as productKinds, PlatenError, toPlatenError, type DocumentPolicy, type Kind, type Validator } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { defaultPolicyPath, readPolicy } from './config/policy-file.ts'
import { allowedKinds } from './domain/policy.ts'
import { openJournal } from './journal/sqlite-journal.ts'
import { doorPath } from './launcher/folders.ts'
import { openLocalServer, type LocalAddress, type LocalServer } from './local/local-server.ts'
import type { LocalSubject } from './local/local-routes.ts'
import type { Log } from './ports/log.ts'
import type { PhpChannel } from './ports/php-channel.ts'
import { stderrLog } from './system/json-log.ts'
import { systemClock } from './system/system-clock.ts'
import { launcherLink, type LauncherLink } from './work/launcher-link.ts'
import { Runs } from './work/runs.ts'
import { openWorkerDoor } from './work/worker-door.ts'
import { workerProcesses } from './work/worker-processes.ts'

/** This build's version, as `hello` and `status` say it. */
export const agentVersion = '0.1.0'

/** What may differ between compositions: the product's own, lab's, and those of tests. */
export interface AgentComposition {
  readonly kinds: readonly Kind[]
  readonly inputs: Readonly<Record<string, Validator>>
}

/** A running agent. */
export interface Agent {
  close(): Promise<void>
}

const productComposition: AgentComposition = { kinds: productKinds, inputs: inputValidators }

/** Composes and starts the agent's main process. @throws PlatenError site.locked, disk.full, store.unavailable, port.in_use */
export async function startAgent(
  policy: DocumentPolicy,
  launcher: LauncherLink,
  log: Log,
  composition: AgentComposition = productComposition,
): Promise<Agent> {
  const clock = systemClock
  const startedAt = clock.now()
  const journal = openJournal(join(policy.agent.state, 'journal.db'))
  const kinds = new Map(composition.kinds.map(kind => [kind.name, kind]))
  const door = await openWorkerDoor(doorPath(policy), clock)
  const php: PhpChannel = { call: () => Promise.reject(new PlatenError('php.unavailable')) }
  const workers = workerProcesses({ launcher, door, php, policy, clock, log })
  const runs = new Runs({ journal, workers, policy, kinds, inputs: composition.inputs, reports: false, clock, log })
  const subject: LocalSubject = {
    jobs: runs,
    status: () => ({
      version: agentVersion,
      startedAt,
      link: { state: 'none', since: startedAt },
      kinds: allowedKinds(policy, kinds).map(({ name, title, action, description, usualInput }) => ({
        name,
        title,
        action,
        description,
        usualInput,
      })),
      running: runs.unfinished(),
      waiting: journal.waiting(),
    }),
  }
  const servers: LocalServer[] = []
  for (const address of addresses(policy)) servers.push(await openLocalServer({ address, subject, journal, clock, log }))
  return {
    close: async () => {
      await Promise.all(servers.map(server => server.close()))
      await runs.close()
      await door.close()
      journal.close()
    },
  }
}

function addresses({ agent }: DocumentPolicy): readonly LocalAddress[] {
  return [
    { audience: 'control', socket: agent.control, mode: 0o600 },
    { audience: 'plugin', socket: agent.socket, mode: 0o666 },
    ...(agent.tcp ? [{ audience: 'plugin', ...agent.tcp } as const] : []),
  ]
}

/** Runs this process as the agent's main process until the launcher ends it or goes away. */
export async function runMain(composition?: AgentComposition): Promise<void> {
  process.umask(0o077)
  const { values } = parseArgs({
    options: { policy: { type: 'string', default: defaultPolicyPath }, local: { type: 'boolean', default: false } },
  })
  const log = stderrLog('agent')
  const launcher = launcherLink(new Socket({ fd: 3 }))
  const asked = new Promise<string>(resolve => process.once('SIGTERM', resolve))
  try {
    const agent = await startAgent(readPolicy(values.policy), launcher, log, composition)
    launcher.ready()
    log.info('agent:ready', { version: agentVersion })
    await Promise.race([asked, launcher.closed])
    await agent.close()
    log.info('agent:stopped')
  } catch (error) {
    const known = toPlatenError(error)
    log.error('agent:failed', { error: known })
    await launcher.failed(known.code)
    process.exitCode = 1
  }
  process.exit()
}

if (import.meta.main) await runMain()
