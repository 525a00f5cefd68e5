import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../process/free-port.ts'
import { waitUntil } from '../process/wait-until.ts'
import type { NativeSite } from '../sites/native/native-site-type.ts'
import type { WasmSite } from '../sites/wasm/wasm-site.ts'
import { apiClient, type Api } from './api.ts'
import { enrolAgent, type EnrolledAgent } from './enrol-agent.ts'
import { listens, processes, takesWork, type Processes } from './processes.ts'
import { programs, type Programs } from './programs.ts'

/** How a stack is brought up. */
export interface StackOptions {
  readonly gatewayPort?: number
  /** Run what `pnpm build` made instead of the sources, as benches do. */
  readonly built?: boolean
  /** The CDN in front of the site; without it the gateway knows of none. */
  readonly cdn?: StackCdn
  readonly progress?: (text: string) => void
}

/** A CDN as the gateway purges it, and as visitors reach it. */
export interface StackCdn {
  /** Of its API, with the token and the zone that it knows. */
  readonly api: string
  readonly token: string
  readonly zone: string
  /** For the policy file. */
  readonly address: string
}

/** Gateway, signer and agent as processes of their own beside a site. */
export interface Stack {
  readonly api: Api
  readonly siteId: string
  readonly directory: string
  readonly policyFile: string
  /** The launcher's process. */
  readonly agentPid: number
  readonly programs: Programs
  /** Faults and recoveries; each returns when it has happened. */
  stopGateway(): Promise<void>
  startGateway(): Promise<void>
  stopSigner(): Promise<void>
  startSigner(): Promise<void>
  stopAgent(): Promise<void>
  startAgent(): Promise<void>
  /** Waits until the gateway has the agent's connection. */
  connected(): Promise<void>
  /** Ends every process and removes the folder. */
  stop(): Promise<void>
}

/** An agent that lost its gateway comes back within its back-off. */
const connectMs = 90_000

/** Brings up a stack for a site. Nothing is left running where it fails. */
export async function startStack(site: NativeSite | WasmSite, options: StackOptions = {}): Promise<Stack> {
  const directory = await mkdtemp(join(tmpdir(), 'platen-stack-'))
  // The agent and its workers have users of their own, who pass through.
  await chmod(directory, 0o755)
  const running = processes(directory)
  const stop = async (): Promise<void> => {
    await running.endAll()
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    // Assigned, since a copy would hold the pid of now.
    return Object.assign(await assemble(site, options, directory, running), { stop })
  } catch (error) {
    await stop()
    throw error
  }
}

async function assemble(
  site: NativeSite | WasmSite,
  { gatewayPort, built = false, cdn, progress = () => {} }: StackOptions,
  directory: string,
  running: Processes,
): Promise<Omit<Stack, 'stop'>> {
  const run = programs(built)
  progress('starting signer and gateway')
  const cdnFile = cdn && (await writeCdnFile(directory, cdn))
  const platform = await startPlatform(run, directory, running, { port: await freePort(gatewayPort), cdnFile })
  progress('enrolling the agent')
  const enrolled = await enrolAgent(site, directory, { ...platform, programs: run, cdnAddress: cdn?.address })
  if (cdn) await platform.api.request('POST', `/v1/sites/${enrolled.siteId}/cdn`, placeOf(site, cdn))
  const agent = siteSide(run, running, platform.api, enrolled)
  progress('starting the agent')
  await agent.startAgent()
  await agent.connected()
  const { api, startSigner, startGateway } = platform
  return {
    ...agent,
    api,
    startSigner,
    startGateway,
    directory,
    siteId: enrolled.siteId,
    policyFile: enrolled.policyFile,
    programs: run,
    get agentPid() {
      return running.pid('agent')
    },
    stopSigner: () => running.end('signer'),
    stopGateway: () => running.end('gateway'),
    stopAgent: () => running.end('agent'),
  }
}

/** Signer and gateway, made and started as operations.md tells an operator to. */
async function startPlatform(
  run: Programs,
  directory: string,
  running: Processes,
  { port, cdnFile }: { readonly port: number; readonly cdnFile: string | undefined },
): Promise<Pick<Stack, 'api' | 'startSigner' | 'startGateway'> & { readonly signerRoot: string }> {
  const [signer, data, socket] = ['signer', 'gateway', 'signer.sock'].map(name => join(directory, name)) as [string, string, string]
  const url = `http://127.0.0.1:${port}`
  const startSigner = (): Promise<void> =>
    running.start('signer', run.signer('run', '--dir', signer, '--socket', socket), () => listens(socket))
  const cdn = cdnFile === undefined ? [] : ['--cdn', cdnFile]
  const gateway = run.gateway('gateway', 'run', '--data', data, '--port', String(port), '--signer', socket, '--name', 'lab', ...cdn)
  const startGateway = (): Promise<void> => running.start('gateway', gateway, () => takesWork(url))
  const { signerRoot } = await run.json<{ signerRoot: string }>(run.signer('init', '--dir', signer, '--json'))
  await startSigner()
  const { token } = await run.json<{ token: string }>(run.gateway('--json', 'gateway', 'init', '--data', data))
  await startGateway()
  return { api: apiClient(url, token), signerRoot, startSigner, startGateway }
}

const cdnAccount = 'main'

async function writeCdnFile(directory: string, { api, token }: StackCdn): Promise<string> {
  const file = join(directory, 'cdn.json')
  const account = { name: cdnAccount, provider: 'cloudflare', token, plan: 'pro', for: 'all', api }
  await writeFile(file, JSON.stringify({ accounts: [account] }), { mode: 0o600 })
  return file
}

function placeOf({ url }: NativeSite | WasmSite, { zone }: StackCdn): object {
  return { account: cdnAccount, zone, hosts: [new URL(url).hostname] }
}

function siteSide(
  run: Programs,
  running: Processes,
  api: Api,
  { siteId, policy, policyFile }: EnrolledAgent,
): Pick<Stack, 'startAgent' | 'connected'> {
  return {
    startAgent: () => running.start('agent', run.agent('run', '--policy', policyFile), () => listens(policy.agent.control)),
    connected: () =>
      waitUntil('the agent’s connection', connectMs, async () => {
        running.assertRunning('agent')
        const { items } = await api.request<{ items: { siteId: string; connected: boolean }[] }>('GET', '/v1/agents')
        return items.some(agent => agent.siteId === siteId && agent.connected)
      }),
  }
}
