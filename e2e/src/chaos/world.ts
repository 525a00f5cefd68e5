import { appendFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  allowLabKinds,
  apiClient,
  freePort,
  keepFolder,
  listens,
  processes as processesIn,
  programs as programsOf,
  removeFolder,
  takesWork,
  temporaryFolder,
  type Api,
} from '@platen/lab'
import { poolName, type Cast } from './cast.ts'
import { enrolChaosAgent, type ChaosAgent } from './chaos-agent.ts'
import { openCounterSite, type CounterSite } from './counter-site.ts'
import type { ChaosStore, OpenChaosStore } from './chaos-store.ts'
import { supervised } from './supervised.ts'

/** Everything that a run is about, as processes of its own. */
export interface World {
  readonly api: Api
  readonly agents: readonly ChaosAgent[]
  readonly cast: Cast
  readonly sites: CounterSite
  readonly store: ChaosStore
  startGateway(): Promise<void>
  killGateway(): Promise<void>
  /** Lets the gateway stand still, until the answer is called. */
  freezeGateway(): () => void
  startSigner(): Promise<void>
  /** Writes down what was done, beside the logs. */
  note(line: object): void
  killSigner(): Promise<void>
  /** Ends every process, and removes logs and state unless something is left to look into; then it says where that is. */
  close(keep: boolean): Promise<string>
}

/** Two at once is what a small machine starts well. */
const atOnce = 2

/** What a world is made of. */
export interface WorldOptions {
  /** How many. */
  readonly agents: number
  readonly cast: Cast
  readonly store: OpenChaosStore
  readonly say: (text: string) => void
}

/** Brings up store, signer, gateway and agents. Nothing is left running where that fails. */
export async function openWorld({ agents: count, cast, store: openStore, say }: WorldOptions): Promise<World> {
  const directory = await temporaryFolder()
  const running = processesIn(directory)
  const sites = await openCounterSite()
  const store = await openStore(directory)
  const agents: ChaosAgent[] = []
  const close = async (keep: boolean): Promise<string> => {
    await running.endAll()
    await Promise.all(agents.map(agent => agent.close()))
    await sites.close()
    await store.close()
    if (keep) return keepFolder(directory)
    await removeFolder(directory)
    return directory
  }
  try {
    const platform = await startPlatform(directory, running, store)
    const parts = { ...platform, processes: running, directory, siteUrl: sites.url }
    let up = 0
    const indices = Array.from({ length: count }, (_, index) => index).values()
    const enrolSome = async (): Promise<void> => {
      for (const index of indices) {
        const pool = cast.pool.includes(index) ? { pool: poolName } : {}
        const agent = await enrolChaosAgent(index, { ...parts, ...pool })
        agents[index] = agent
        await agent.start()
        up += 1
        say(`${up} of ${count} agents are up`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, enrolSome))
    const { api, startGateway, startSigner } = platform
    return {
      api,
      agents,
      cast,
      sites,
      store,
      startGateway,
      killGateway: () => running.kill('gateway'),
      freezeGateway: () => {
        const pid = running.pid('gateway')
        // Anything but a process of ours would be all of them.
        if (pid <= 0) return () => {}
        process.kill(pid, 'SIGSTOP')
        return () => void process.kill(pid, 'SIGCONT')
      },
      startSigner,
      note: line => appendFileSync(join(directory, 'faults.jsonl'), `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`),
      killSigner: () => running.kill('signer'),
      close,
    }
  } catch (error) {
    await close(true)
    throw error
  }
}

async function startPlatform(directory: string, running: ReturnType<typeof processesIn>, store: ChaosStore) {
  const programs = programsOf(true)
  const [keys, data, socket] = ['signer', 'gateway', 'signer.sock'].map(name => join(directory, name)) as [string, string, string]
  const gatewayPort = await freePort()
  const url = `http://127.0.0.1:${gatewayPort}`
  const { signerRoot } = await programs.json<{ signerRoot: string }>(programs.signer('init', '--dir', keys, '--json'))
  await allowLabKinds(join(keys, 'policy.json'))
  const startSigner = (): Promise<void> =>
    running.start('signer', programs.signer('run', '--dir', keys, '--socket', socket), () => listens(socket))
  const gateway = programs.labGateway(
    '--data',
    data,
    ...store.options,
    '--port',
    String(gatewayPort),
    '--signer',
    socket,
    '--pace',
    'quick',
  )
  const startGateway = (): Promise<void> => supervised(running, 'gateway', () => running.start('gateway', gateway, () => takesWork(url)))
  await startSigner()
  await mkdir(data, { recursive: true })
  const { token } = await programs.json<{ token: string }>(programs.gateway('--json', 'gateway', 'init', '--data', data, ...store.options))
  await startGateway()
  return { programs, api: apiClient(url, token), gatewayPort, signerRoot, startSigner, startGateway }
}
