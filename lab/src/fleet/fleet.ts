import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repositoryRoot } from '../paths.ts'
import { freePort } from '../process/free-port.ts'
import { removeFolder, temporaryFolder } from '../process/temporary-folder.ts'
import { waitUntil } from '../process/wait-until.ts'
import { apiClient } from '../stack/api.ts'
import { listens, processes, takesWork } from '../stack/processes.ts'
import { programs } from '../stack/programs.ts'
import type { GatewayLook, ToGateway } from './gateway.ts'
import { enrolLabAgent } from './lab-agent.ts'
import { labKinds } from './lab-kinds.ts'
import { seedFleet, type SeededFleet } from './seed-fleet.ts'
import type { FleetHome } from './simulated-agent.ts'

/** A gateway with its signer and a store that holds a fleet; the agents are up to the caller. */
export interface Fleet extends SeededFleet {
  readonly url: string
  readonly home: FleetHome
  readonly directory: string
  /** Memory and event loop of the gateway's process, since the last look. */
  look(): Promise<GatewayLook>
  gatewayPid(): number | undefined
  /** Ends every socket of the gateway at once. */
  cut(): void
  /** Kills the gateway and starts it again; done when it takes work. */
  crash(): Promise<void>
  /** Starts a real agent of a site of its own, whose jobs end on the spot; its journal is on the disk. The site's id. */
  startInstantAgent(): Promise<string>
  close(): Promise<void>
}

const startMs = 30_000
const lookMs = 20_000

/** Starts a gateway of lab's that knows `count` agents, from `dist/`. */
export async function startFleet(count: number): Promise<Fleet> {
  const directory = await temporaryFolder()
  const running = processes(directory)
  const run = programs(true)
  const [keys, data, socket] = ['signer', 'gateway', 'signer.sock'].map(name => join(directory, name)) as [string, string, string]
  const { signerRoot } = await run.json<{ signerRoot: string }>(run.signer('init', '--dir', keys, '--json'))
  await allowLabKinds(join(keys, 'policy.json'))
  await running.start('signer', run.signer('run', '--dir', keys, '--socket', socket), () => listens(socket))
  const seeded = await seedFleet(data, count)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = ['--data', data, '--port', String(port), '--signer', socket, '--name', 'lab', '--log', 'error']
  let gateway = startGateway(args)
  const ready = (): Promise<void> => waitUntil('the gateway', startMs, () => takesWork(url))
  await ready()
  return {
    ...seeded,
    url,
    home: { url, gateway: 'lab', signerRoot },
    directory,
    look: async () => {
      gateway.send({ type: 'look' } satisfies ToGateway)
      const [answer] = (await once(gateway, 'message', { signal: AbortSignal.timeout(lookMs) })) as [GatewayLook]
      return answer
    },
    gatewayPid: () => gateway.pid,
    cut: () => void gateway.send({ type: 'cut' } satisfies ToGateway),
    crash: async () => {
      const gone = once(gateway, 'exit')
      gateway.kill('SIGKILL')
      await gone
      gateway = startGateway(args)
      await ready()
    },
    startInstantAgent: async () => {
      const folder = join(directory, 'agent')
      const siteUrl = 'https://instant.example'
      const parts = { api: apiClient(url, seeded.token), programs: run, signerRoot, gatewayUrl: url, siteUrl, folder }
      const { siteId, policy, policyFile } = await enrolLabAgent(parts)
      await running.start('agent', run.labAgent('--policy', policyFile, '--instant'), () => listens(policy.agent.control))
      return siteId
    },
    close: async () => {
      gateway.kill('SIGKILL')
      await running.endAll()
      await removeFolder(directory)
    },
  }
}

/** With an IPC channel, by which it is told to look at itself; it ends with this process. */
function startGateway(args: readonly string[]): ChildProcess {
  return fork(join(repositoryRoot, 'lab', 'dist', 'fleet', 'gateway.js'), args, {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

/** The signer's policy is its operator's to write: here it allows lab's kinds, as often as a run asks. */
export async function allowLabKinds(file: string): Promise<void> {
  const policy = JSON.parse(await readFile(file, 'utf8')) as object
  const wider = { ...policy, kinds: labKinds.map(({ name }) => name), grantsPerMinute: 10_000_000, grantsPerSitePerMinute: 10_000_000 }
  await writeFile(file, JSON.stringify(wider))
}
