import { freePort, LabError, processes, programs, removeFolder, temporaryFolder, waitUntil, type Api } from '@platen/lab'
import { LinkServer } from '../intruder/link-server.ts'
import { gatewayName, startPlatform, type Platform } from './platform.ts'
import { openWard, type Ward } from './ward.ts'

/** What the drills are held on: a running stack with every user apart, two sites of one account, and another account. */
export interface Field extends Pick<Platform, 'port' | 'api' | 'others' | 'signer' | 'store'> {
  readonly wards: readonly [Ward, Ward]
  /** The gateway's address in the attacker's hands; the gateway is gone from then on. */
  rogue(): Promise<LinkServer>
  close(): Promise<void>
}

const connectMs = 30_000

/** Brings it up. Needs root, since every part has a user of its own. Nothing is left running where that fails. @throws LabError */
export async function openField(): Promise<Field> {
  if (process.getuid?.() !== 0)
    throw new LabError('lab.not_root', 'A drill needs root, since every part runs as a user of its own', 'Run it as root.')
  const directory = await temporaryFolder()
  const running = processes(directory)
  const open: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    await running.endAll()
    for (const part of open.toReversed()) await part.close()
    await removeFolder(directory)
  }
  try {
    const platform = await startPlatform(directory)
    open.push(platform)
    const { port, api, others, signer, store } = platform
    const parts = { api, programs: programs(true), processes: running, directory, signerRoot: signer.root }
    const ward = async (index: number): Promise<Ward> => {
      const opened = await openWard(index, await freePort(), parts)
      open.push(opened)
      return opened
    }
    const wards = [await ward(0), await ward(1)] as const
    await connected(api)
    return { port, api, others, signer, store, wards, rogue: rogueAt(platform, open), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Takes the gateway's address over when it is first asked for. */
function rogueAt(platform: Platform, open: { close(): Promise<void> }[]): Field['rogue'] {
  let rogue: LinkServer | undefined
  return async () => {
    if (rogue) return rogue
    await platform.killGateway()
    rogue = await LinkServer.listen(platform.port, gatewayName)
    open.push(rogue)
    return rogue
  }
}

function connected(api: Api): Promise<void> {
  return waitUntil('both agents', connectMs, async () => {
    const { items } = await api.request<{ items: { connected: boolean }[] }>('GET', '/v1/agents')
    return items.filter(agent => agent.connected).length >= 2
  })
}
