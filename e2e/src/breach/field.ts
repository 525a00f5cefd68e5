import { createHash, randomBytes } from 'node:crypto'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sqliteStore } from '@platen/gateway'
import {
  apiClient,
  freePort,
  LabError,
  listens,
  processes,
  programs as programsOf,
  removeFolder,
  runCommand,
  startOwnedChild,
  systemUser,
  takesWork,
  temporaryFolder,
  waitUntil,
  type Api,
  type OwnedChild,
  type Programs,
} from '@platen/lab'
import { kinds, newId } from '@platen/protocol'
import { LinkServer } from '../intruder/link-server.ts'
import { openWard, type Ward } from './ward.ts'

/** Users of the machine that a drill plays with; they are made where they are missing, and own nothing afterwards. */
export const users = { signer: 'platen-breach-signer', gateway: 'platen-breach-gateway', stranger: 'platen-breach-other' } as const

/** What the drills are held on: a running stack with every user apart, two sites of one account, and another account. */
export interface Field {
  readonly directory: string
  readonly port: number
  /** The first account's API, with its admin token. */
  readonly api: Api
  /** Tokens of the other account, by scope. */
  readonly others: Readonly<Record<'read' | 'dispatch' | 'admin', Api>>
  readonly programs: Programs
  readonly signer: { readonly folder: string; readonly socket: string; readonly root: string; readonly pid: () => number }
  readonly store: string
  readonly wards: readonly [Ward, Ward]
  /** Waits until the gateway has the agents of both sites. */
  connected(): Promise<void>
  /** The gateway's address in the attacker's hands; the gateway is gone from then on. */
  rogue(): Promise<LinkServer>
  startGateway(): Promise<void>
  killGateway(): Promise<void>
  close(): Promise<void>
}

const gatewayName = 'breach'
const startMs = 30_000
/** What the signer's operator allows: neither every kind, nor many a minute for one site. */
export const signerPolicy = {
  version: 1,
  kinds: ['cache.purge', 'health.report', 'assets.bundle'],
  grantsPerMinute: 1_000,
  grantsPerSitePerMinute: 60,
} as const

/** Brings it up. Needs root, since every part has a user of its own. Nothing is left running where that fails. */
export async function openField(): Promise<Field> {
  if (process.getuid?.() !== 0)
    throw new LabError('lab.not_root', 'A drill needs root, since every part runs as a user of its own', 'Run it as root.')
  const directory = await temporaryFolder()
  const running = processes(directory)
  const daemons = new Map<string, OwnedChild>()
  const open: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    await running.endAll()
    for (const part of open.toReversed()) await part.close()
    for (const daemon of [...daemons.values()].toReversed()) await daemon.stop()
    await removeFolder(directory)
  }
  try {
    return await assemble(directory, running, daemons, open, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function assemble(
  directory: string,
  running: ReturnType<typeof processes>,
  daemons: Map<string, OwnedChild>,
  open: { close(): Promise<void> }[],
  close: () => Promise<void>,
): Promise<Field> {
  const programs = programsOf(true)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const daemon = async (name: string, user: string, command: readonly string[], isReady: () => Promise<boolean>): Promise<void> => {
    const [file = '', ...args] = command
    const child = startOwnedChild({ name, command: file, args, logFile: join(directory, `${name}.log`), user })
    daemons.set(name, child)
    await waitUntil(`the ${name}`, startMs, () => {
      child.assertRunning()
      return isReady()
    })
  }
  const signer = await initSigner(directory, programs)
  await daemon('signer', users.signer, programs.signer('run', '--dir', signer.folder, '--socket', signer.socket), () =>
    listens(signer.socket),
  )
  const store = join(directory, 'gateway')
  const { token, others } = await initGateway(store, programs)
  const gateway = programs.gateway(
    'gateway',
    'run',
    '--data',
    store,
    '--port',
    String(port),
    '--signer',
    signer.socket,
    '--name',
    gatewayName,
  )
  const startGateway = (): Promise<void> => daemon('gateway', users.gateway, gateway, () => takesWork(url))
  await startGateway()
  const api = apiClient(url, token)
  const parts = { api, programs, processes: running, directory, signerRoot: signer.root }
  const wards: Ward[] = []
  for (const index of [0, 1]) {
    const ward = await openWard(index, await freePort(), parts)
    wards.push(ward)
    open.push(ward)
  }
  let rogue: LinkServer | undefined
  const killGateway = async (): Promise<void> => daemons.get('gateway')?.kill()
  const field: Field = {
    directory,
    port,
    api,
    others: { read: apiClient(url, others.read), dispatch: apiClient(url, others.dispatch), admin: apiClient(url, others.admin) },
    programs,
    signer: { ...signer, pid: () => daemons.get('signer')?.pid ?? -1 },
    store: join(store, 'gateway.db'),
    wards: wards as [Ward, Ward],
    connected: () => connected(api),
    rogue: async () => {
      if (rogue) return rogue
      await killGateway()
      rogue = await LinkServer.listen(port, gatewayName)
      open.push(rogue)
      return rogue
    },
    startGateway,
    killGateway,
    close,
  }
  await field.connected()
  return field
}

function connected(api: Api): Promise<void> {
  return waitUntil('both agents', startMs, async () => {
    const { items } = await api.request<{ items: { connected: boolean }[] }>('GET', '/v1/agents')
    return items.filter(agent => agent.connected).length >= 2
  })
}

/** As operations.md tells an operator to: a folder that is the signer's alone, and a socket for the group that the gateway is in. */
async function initSigner(directory: string, programs: Programs): Promise<Omit<Field['signer'], 'pid'>> {
  const [folder, run] = [join(directory, 'signer'), join(directory, 'signer-run')]
  const signer = await systemUser(users.signer)
  const gateway = await systemUser(users.gateway)
  await systemUser(users.stranger)
  await runCommand('usermod', ['--append', '--groups', signer.name, gateway.name], { timeoutMs: 10_000 })
  const { signerRoot: root } = await programs.json<{ signerRoot: string }>(programs.signer('init', '--dir', folder, '--json'))
  await writeFile(join(folder, 'policy.json'), JSON.stringify(signerPolicy))
  await mkdir(run)
  await runCommand('chown', ['-R', `${signer.uid}:${signer.gid}`, folder, run], { timeoutMs: 10_000 })
  return { folder, socket: join(run, 'signer.sock'), root }
}

/** The store with two accounts, in a folder that is the gateway's alone. */
async function initGateway(
  folder: string,
  programs: Programs,
): Promise<{ token: string; others: Record<'read' | 'dispatch' | 'admin', string> }> {
  const { token } = await programs.json<{ token: string }>(programs.gateway('--json', 'gateway', 'init', '--data', folder))
  const store = sqliteStore(join(folder, 'gateway.db'), { kinds, random: Math.random })
  const accountId = newId('acct')
  await store.tokens.createAccount(accountId, 'neighbour', Date.now())
  const others = { read: '', dispatch: '', admin: '' }
  for (const scope of ['read', 'dispatch', 'admin'] as const) {
    others[scope] = `plt_${randomBytes(32).toString('base64url')}`
    const hash = createHash('sha256').update(others[scope]).digest('base64url')
    await store.tokens.create({ id: newId('tok'), accountId, name: scope, scope, hash, createdAt: Date.now() })
  }
  await store.close()
  const { uid, gid } = await systemUser(users.gateway)
  await chown(folder, uid, gid)
  await runCommand('chown', ['-R', `${uid}:${gid}`, folder], { timeoutMs: 10_000 })
  return { token, others }
}
