import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOwnedChild, type OwnedChild } from '../process/owned-child.ts'
import { freePort } from '../process/free-port.ts'
import { waitUntil } from '../process/wait-until.ts'
import type { NativeSite } from '../sites/native/native-site-type.ts'
import type { WasmSite } from '../sites/wasm/wasm-site.ts'
import { agentUser } from './agent-user.ts'
import { apiClient, type Api } from './api.ts'
import { policyFor } from './policy.ts'
import { programs, type Programs } from './programs.ts'
import { tellPlugin } from './tell-plugin.ts'

/** How a stack is brought up. */
export interface StackOptions {
  readonly gatewayPort?: number
  /** Run what `tsc -b` built instead of the sources, as benches do. */
  readonly built?: boolean
  readonly progress?: (text: string) => void
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

const startMs = 30_000
/** An agent that lost its gateway comes back within its back-off. */
const connectMs = 90_000

/** Brings up a stack for a site. Nothing is left running where it fails. */
export async function startStack(site: NativeSite | WasmSite, options: StackOptions = {}): Promise<Stack> {
  const say = options.progress ?? (() => {})
  const directory = await mkdtemp(join(tmpdir(), 'platen-stack-'))
  // The agent and its workers have users of their own, who pass through.
  await chmod(directory, 0o755)
  const children = new Map<string, OwnedChild>()
  const stop = async (): Promise<void> => {
    for (const child of [...children.values()].toReversed()) await child.stop()
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    return await assemble(site, options, { directory, children, say, stop })
  } catch (error) {
    await stop()
    throw error
  }
}

interface Frame {
  readonly directory: string
  readonly children: Map<string, OwnedChild>
  readonly say: (text: string) => void
  readonly stop: () => Promise<void>
}

async function assemble(site: NativeSite | WasmSite, options: StackOptions, { directory, children, say, stop }: Frame): Promise<Stack> {
  const run = programs(options.built === true)
  const folder = (name: string): string => join(directory, name)
  const port = await freePort(options.gatewayPort)
  const url = `http://127.0.0.1:${port}`
  const start = (name: string, command: readonly string[]): OwnedChild => {
    const [file, ...args] = command as [string, ...string[]]
    const child = startOwnedChild({ name, command: file, args, logFile: folder(`${name}.log`) })
    children.set(name, child)
    return child
  }
  const end = async (name: string): Promise<void> => {
    await children.get(name)?.stop()
    children.delete(name)
  }

  const socket = folder('signer.sock')
  const startSigner = async (): Promise<void> => {
    const child = start('signer', run.signer('run', '--dir', folder('signer'), '--socket', socket))
    await waitUntil('the signer', startMs, () => reachable(child, socket))
  }
  const startGateway = async (): Promise<void> => {
    const child = start(
      'gateway',
      run.gateway('gateway', 'run', '--data', folder('gateway'), '--port', String(port), '--signer', socket, '--name', 'lab'),
    )
    await waitUntil('the gateway', startMs, () => healthy(child, url))
  }

  say('starting signer and gateway')
  const { signerRoot } = await run.json<{ signerRoot: string }>(run.signer('init', '--dir', folder('signer'), '--json'))
  await startSigner()
  const { token } = await run.json<{ token: string }>(run.gateway('--json', 'gateway', 'init', '--data', folder('gateway')))
  await startGateway()
  const api = apiClient(url, token)
  const { id: siteId } = await api.request<{ id: string }>('POST', '/v1/sites', { url: site.url })

  say('enrolling the agent')
  const user = await agentUser(site)
  const tcp = site.kind === 'wasm' ? { port: await freePort(), secret: randomBytes(24).toString('hex') } : undefined
  const policy = policyFor(site, { user, directory: folder('agent'), ...(tcp ? { tcp } : {}) })
  const policyFile = folder('policy.json')
  await writeFile(policyFile, JSON.stringify(policy, null, 2), { mode: 0o644 })
  await mkdir(folder('agent'), { mode: 0o755 })
  await tellPlugin(site, policy)
  const invitation = await api.request<{ token: string; expiresAt: string; siteUrl: string }>('POST', `/v1/sites/${siteId}/enrolment`, {})
  const bundle = {
    version: 1,
    siteId,
    siteUrl: invitation.siteUrl,
    token: invitation.token,
    expiresAt: invitation.expiresAt,
    gateways: [url],
    signerRoot,
  }
  const bundleFile = folder('bundle.json')
  await writeFile(bundleFile, JSON.stringify(bundle), { mode: 0o600 })
  await run.text(run.agent('enrol', '--bundle', bundleFile, '--policy', policyFile))

  const startAgent = async (): Promise<void> => {
    const child = start('agent', run.agent('run', '--policy', policyFile))
    await waitUntil('the agent', startMs, () => reachable(child, policy.agent.control))
  }
  const connected = (): Promise<void> =>
    waitUntil('the agent’s connection', connectMs, async () => {
      children.get('agent')?.assertRunning()
      const { items } = await api.request<{ items: { siteId: string; connected: boolean }[] }>('GET', '/v1/agents')
      return items.some(agent => agent.siteId === siteId && agent.connected)
    })
  say('starting the agent')
  await startAgent()
  await connected()
  return {
    api,
    siteId,
    directory,
    policyFile,
    programs: run,
    get agentPid() {
      return children.get('agent')?.pid ?? -1
    },
    startSigner,
    startGateway,
    startAgent,
    stopSigner: () => end('signer'),
    stopGateway: () => end('gateway'),
    stopAgent: () => end('agent'),
    connected,
    stop,
  }
}

async function healthy(child: OwnedChild, url: string): Promise<boolean> {
  child.assertRunning()
  return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok
}

/** Whether somebody listens at a Unix socket. */
async function reachable(child: OwnedChild, path: string): Promise<boolean> {
  child.assertRunning()
  const { connect } = await import('node:net')
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
