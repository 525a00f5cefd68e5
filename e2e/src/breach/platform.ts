import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sqliteStore } from '@platen/gateway'
import {
  apiClient,
  freePort,
  listens,
  programs as programsOf,
  runCommand,
  startOwnedChild,
  systemUser,
  takesWork,
  waitUntil,
  type Api,
  type OwnedChild,
} from '@platen/lab'
import { kinds, newId } from '@platen/protocol'

/** Users of the machine that a drill plays with; they are made where they are missing, and own nothing afterwards. */
export const users = { signer: 'platen-breach-signer', gateway: 'platen-breach-gateway', stranger: 'platen-breach-other' } as const

/** What the signer's operator allows: neither every kind, nor many a minute for one site. */
export const signerPolicy = {
  version: 1,
  kinds: ['cache.purge', 'health.report', 'assets.bundle'],
  grantsPerMinute: 1_000,
  grantsPerSitePerMinute: 60,
} as const

/** What gateways call themselves here. */
export const gatewayName = 'breach'

/** Tokens or clients of one account, by scope. */
export type ByScope<Value> = Readonly<Record<'read' | 'dispatch' | 'admin', Value>>

/** A signer and a gateway, each with a user of its own. */
export interface Platform {
  readonly port: number
  /** The first account's API, with its admin token. */
  readonly api: Api
  /** The other account's. */
  readonly others: ByScope<Api>
  readonly signer: { readonly folder: string; readonly socket: string; readonly root: string; readonly pid: () => number }
  /** The gateway's database. */
  readonly store: string
  killGateway(): Promise<void>
  close(): Promise<void>
}

const programs = programsOf(true)
const startMs = 30_000
const commandMs = 10_000

/** Makes and starts both as operations.md tells an operator to. Nothing is left running where that fails. */
export async function startPlatform(directory: string): Promise<Platform> {
  const daemons = new Map<string, OwnedChild>()
  const close = async (): Promise<void> => {
    for (const daemon of [...daemons.values()].toReversed()) await daemon.stop()
  }
  const start = async (
    name: string,
    user: string,
    [command = '', ...args]: readonly string[],
    isReady: () => Promise<boolean>,
  ): Promise<void> => {
    const child = startOwnedChild({ name, command, args, logFile: join(directory, `${name}.log`), user })
    daemons.set(name, child)
    await waitUntil(`the ${name}`, startMs, () => {
      child.assertRunning()
      return isReady()
    })
  }
  try {
    const signer = await initSigner(directory)
    await start('signer', users.signer, programs.signer('run', '--dir', signer.folder, '--socket', signer.socket), () =>
      listens(signer.socket),
    )
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const folder = join(directory, 'gateway')
    const { token, others } = await initGateway(folder)
    const told = ['--data', folder, '--port', String(port), '--signer', signer.socket, '--name', gatewayName]
    await start('gateway', users.gateway, programs.gateway('gateway', 'run', ...told), () => takesWork(url))
    const client = (secret: string): Api => apiClient(url, secret)
    return {
      port,
      api: client(token),
      others: { read: client(others.read), dispatch: client(others.dispatch), admin: client(others.admin) },
      signer: { ...signer, pid: () => daemons.get('signer')?.pid ?? -1 },
      store: join(folder, 'gateway.db'),
      killGateway: async () => daemons.get('gateway')?.kill(),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** A folder that is the signer's alone, and a socket for the group that the gateway is in. */
async function initSigner(directory: string): Promise<Omit<Platform['signer'], 'pid'>> {
  const [folder, run] = [join(directory, 'signer'), join(directory, 'signer-run')]
  for (const name of Object.values(users)) await systemUser(name)
  await runCommand('usermod', ['--append', '--groups', users.signer, users.gateway], { timeoutMs: commandMs })
  const { signerRoot: root } = await programs.json<{ signerRoot: string }>(programs.signer('init', '--dir', folder, '--json'))
  await writeFile(join(folder, 'policy.json'), JSON.stringify(signerPolicy))
  await mkdir(run)
  await giveTo(users.signer, folder, run)
  return { folder, socket: join(run, 'signer.sock'), root }
}

/** The store with two accounts, in a folder that is the gateway's alone. */
async function initGateway(folder: string): Promise<{ readonly token: string; readonly others: ByScope<string> }> {
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
  await giveTo(users.gateway, folder)
  return { token, others }
}

/** Gives file trees to a user. */
export async function giveTo(user: string, ...paths: readonly string[]): Promise<void> {
  const { uid, gid } = await systemUser(user)
  await runCommand('chown', ['-R', `${uid}:${gid}`, ...paths], { timeoutMs: commandMs })
}
