import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createPrivateKey } from 'node:crypto'
import { join } from 'node:path'
import { listens, runCommand, systemUser, type Api, type Processes, type Programs } from '@platen/lab'
import type { DocumentPolicy } from '@platen/protocol'
import type { Identity } from '../intruder/identity.ts'
import { processTree } from '../intruder/process-state.ts'
import { giveTo } from './platform.ts'
import { openHostilePhp, type HostilePhp } from './hostile-php.ts'

/** A site with its agent, each of its users apart, as in a container of its own. */
export interface Ward {
  readonly siteId: string
  readonly agentId: string
  readonly folder: string
  readonly policy: DocumentPolicy
  readonly policyFile: string
  /** What the agent says. */
  readonly logFile: string
  /** What the agent's user holds. */
  readonly identity: Identity
  /** Secrets that the site's PHP must not have. */
  readonly secrets: readonly string[]
  readonly php: HostilePhp
  start(): Promise<void>
  stop(): Promise<void>
  /** The processes of the agent, the launcher first. */
  processes(): ReturnType<typeof processTree>
  close(): Promise<void>
}

/** What wards are made with. */
export interface WardParts {
  readonly api: Api
  readonly programs: Programs
  readonly processes: Processes
  readonly directory: string
  readonly signerRoot: string
}

const stateOf = (folder: string): string => join(folder, 'agent', 'state')

/** Adds a site, enrols its agent, and starts it. Its policy file does not list assets.bundle, whatever the signer would sign. */
export async function openWard(index: number, tcpPort: number, parts: WardParts): Promise<Ward> {
  const { api, programs, processes, directory } = parts
  const name = `ward-${index}`
  const folder = join(directory, name)
  const [site, agent] = await Promise.all([systemUser(`platen-breach-site${index}`), systemUser(`platen-breach-agent${index}`)])
  await mkdir(join(folder, 'root', 'wp-content', 'uploads'), { recursive: true })
  await mkdir(join(folder, 'agent'))
  await writeFile(
    join(folder, 'root', 'wp-config.php'),
    "<?php define('DB_NAME','wordpress'); define('DB_HOST','elsewhere.example'); define('DB_USER','wp'); define('DB_PASSWORD','x');",
  )
  await giveTo(site.name, join(folder, 'root'))
  await runCommand('chmod', ['-R', 'o-rwx', join(folder, 'root')], { timeoutMs: 10_000 })
  const php = await openHostilePhp(join(folder, 'php.sock'))
  const secrets = [`refresh-${'s'.repeat(24)}${index}`, `loopback-${'t'.repeat(24)}${index}`] as const
  const policy = policyOf(folder, index, { site: site.name, agent: agent.name, tcpPort, refreshSecret: secrets[0], tcpSecret: secrets[1] })
  // As platen-agent init writes it: it holds the secrets of nginx and of the loopback port.
  const policyFile = join(folder, 'policy.json')
  await writeFile(policyFile, JSON.stringify(policy), { mode: 0o640 })
  await chown(policyFile, 0, agent.gid)
  const { id: siteId } = await api.request<{ id: string }>('POST', '/v1/sites', { url: policy.site.url })
  const invited = await api.request<{ token: string; expiresAt: string; siteUrl: string }>('POST', `/v1/sites/${siteId}/enrolment`, {})
  const bundleFile = join(folder, 'bundle.json')
  await writeFile(bundleFile, JSON.stringify({ version: 1, siteId, ...invited, gateways: [api.url], signerRoot: parts.signerRoot }), {
    mode: 0o600,
  })
  await programs.text(programs.agent('enrol', '--bundle', bundleFile, '--policy', policyFile))
  const identity = await identityIn(stateOf(folder), siteId)
  const start = (): Promise<void> =>
    processes.start(name, programs.agent('run', '--policy', policyFile), () => listens(policy.agent.control))
  await start()
  return {
    siteId,
    agentId: identity.agentId,
    folder,
    policy,
    policyFile,
    logFile: join(directory, `${name}.log`),
    identity,
    secrets,
    php,
    start,
    stop: () => processes.end(name),
    processes: () => processTree(processes.pid(name)),
    close: () => php.close(),
  }
}

async function identityIn(state: string, siteId: string): Promise<Identity> {
  const {
    agentId,
    gateway,
    privateKey: d,
    publicKey: x,
  } = JSON.parse(await readFile(join(state, 'identity.json'), 'utf8')) as Record<string, string>
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: d as string, x: x as string }, format: 'jwk' })
  return { agentId: agentId as string, siteId, gateway: gateway as string, key }
}

interface Names {
  readonly site: string
  readonly agent: string
  readonly tcpPort: number
  readonly refreshSecret: string
  readonly tcpSecret: string
}

function policyOf(folder: string, index: number, names: Names): DocumentPolicy {
  return {
    version: 1,
    site: { root: join(folder, 'root'), url: `http://ward-${index}.example`, user: names.site },
    agent: {
      user: names.agent,
      state: stateOf(folder),
      socket: join(folder, 'agent', 'run', 'agent.sock'),
      control: join(folder, 'agent', 'run', 'control.sock'),
      tcp: { port: names.tcpPort, secret: names.tcpSecret },
    },
    kinds: ['cache.purge', 'health.report', 'images.optimize'],
    limits: { memoryMb: 256 },
    php: { socket: join(folder, 'php.sock') },
    nginx: { host: '127.0.0.1', port: 1, tls: false, user: 'www-data', cacheHeader: 'X-Cache', refreshSecret: names.refreshSecret },
    mysql: { socket: '/run/nowhere.sock', database: 'wordpress' },
  }
}
