import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  apiClient,
  freePort,
  listens,
  processes,
  programs as programsOf,
  removeFolder,
  takesWork,
  temporaryFolder,
  type Api,
  type Processes,
} from '@platen/lab'
import { enrolChaosAgent, type ChaosAgent } from '../../chaos/chaos-agent.ts'
import { openCounterSite } from '../../chaos/counter-site.ts'
import { newIdentity, type Identity } from '../../intruder/identity.ts'
import { processState, processTree, type ProcessState } from '../../intruder/process-state.ts'
import { openRogueGateway, type RogueGateway } from './rogue-gateway.ts'

/** A process that must neither die nor grow. */
export interface Watched {
  readonly name: string
  readonly pid: number
  readonly logFile: string
}

/** What is attacked: real processes, an agent that works, one that is gulled, and keys that an intruder holds. */
export interface Ground {
  readonly api: Api
  readonly port: number
  /** Works throughout, over a link that nobody touches. */
  readonly healthy: ChaosAgent
  /** Whoever holds its gateway's address can tell it what he likes. */
  readonly gulled: ChaosAgent
  readonly intruder: Identity
  /** Keys of a client that behaves. */
  readonly guest: Identity
  readonly rogue: RogueGateway
  readonly sockets: Readonly<Record<'signer' | 'plugin' | 'control' | 'door', string>>
  /** The main process of the gulled agent now, and when the one was started that has to be there to the end. */
  gulledMain(): ProcessState | undefined
  readonly gulledStartedAt: string | undefined
  watched(): readonly Watched[]
  close(keep: boolean): Promise<void>
}

const programs = programsOf(true)

/** Brings everything up. Nothing is left running where that fails. */
export async function openGround(): Promise<Ground> {
  const directory = await temporaryFolder()
  const running = processes(directory)
  const open: { close(): Promise<unknown> }[] = []
  const close = async (keep: boolean): Promise<void> => {
    await running.endAll()
    for (const part of open.toReversed()) await part.close()
    if (!keep) await removeFolder(directory)
  }
  try {
    const platform = await startPlatform(directory, running)
    const { api, port } = platform
    const site = await openCounterSite()
    open.push(site)
    const parts = { ...platform, programs, processes: running, directory, gatewayPort: port, siteUrl: site.url }
    const healthy = await enrolChaosAgent(0, parts)
    open.push(healthy)
    await healthy.start()
    const gulled = await enrolChaosAgent(1, parts)
    open.push(gulled)
    const rogue = await openRogueGateway(port)
    open.push(rogue)
    await turnTo(rogue, join(directory, 'agent-1'))
    await gulled.start()
    const agent = join(directory, 'agent-0', 'run')
    const gulledMain = (): ProcessState | undefined => processState(mainPid(running, 'agent-1'))
    return {
      api,
      port,
      healthy,
      gulled,
      rogue,
      intruder: await newIdentity(api, 'https://intruder.example'),
      guest: await newIdentity(api, 'https://guest.example'),
      sockets: {
        signer: platform.signerSocket,
        plugin: join(agent, 'agent.sock'),
        control: join(agent, 'control.sock'),
        door: join(agent, 'workers.sock'),
      },
      gulledMain,
      gulledStartedAt: gulledMain()?.startedAt,
      watched: () => watchedIn(directory, running),
      close,
    }
  } catch (error) {
    await close(true)
    throw error
  }
}

/** Every process of the product's, the launchers' children among them. */
function watchedIn(directory: string, running: Processes): readonly Watched[] {
  const one = (name: string): Watched => ({ name, pid: running.pid(name), logFile: join(directory, `${name}.log`) })
  const both = (name: string): Watched[] => [one(name), { ...one(name), name: `${name} main`, pid: mainPid(running, name) }]
  return [one('gateway'), one('signer'), ...both('agent-0'), ...both('agent-1')]
}

/** -1 where none runs. */
function mainPid(running: Processes, name: string): number {
  return processTree(running.pid(name)).find(({ command }) => command.includes('agent-main'))?.pid ?? -1
}

/** An agent whose gateway's address can be taken over. Its keys, and the signer's root that it pins, stay what they are. */
async function turnTo({ url }: RogueGateway, folder: string): Promise<void> {
  const file = join(folder, 'state', 'identity.json')
  const identity = JSON.parse(await readFile(file, 'utf8')) as object
  await writeFile(file, JSON.stringify({ ...identity, gateways: [url] }))
}

async function startPlatform(directory: string, running: Processes) {
  const [keys, data, signerSocket] = ['signer', 'gateway', 'signer.sock'].map(name => join(directory, name)) as [string, string, string]
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { signerRoot } = await programs.json<{ signerRoot: string }>(programs.signer('init', '--dir', keys, '--json'))
  const policy = { version: 1, kinds: ['lab.increment', 'lab.noop'], grantsPerMinute: 1_000_000, grantsPerSitePerMinute: 1_000_000 }
  await writeFile(join(keys, 'policy.json'), JSON.stringify(policy))
  await running.start('signer', programs.signer('run', '--dir', keys, '--socket', signerSocket), () => listens(signerSocket))
  await mkdir(data, { recursive: true })
  const { token } = await programs.json<{ token: string }>(programs.gateway('--json', 'gateway', 'init', '--data', data))
  const told = ['--data', data, '--port', String(port), '--signer', signerSocket, '--pace', 'quick', '--log', 'error']
  await running.start('gateway', programs.labGateway(...told), () => takesWork(url))
  return { api: apiClient(url, token), port, signerRoot, signerSocket }
}
