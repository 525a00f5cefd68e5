import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, startFleet, startSimulators, waitUntil } from '@platen/lab'
import type { Bench } from '../bench.ts'
import { startPeer } from '../peers/peer-process.ts'

const usualConnections = 8_000
/** Connections before the first look: what a process takes once, for the first of them, is not what each one costs. Few, since what the heap then has to spare serves the others. */
const connectedBefore = 400
const connectMs = 120_000
const processes = 2
const looks = 5
const betweenLooksMs = 1_000

/** What an agent that is connected and has nothing to do costs the gateway, its session included. */
export const connections: Bench = {
  description: 'memory of a gateway for each idle agent, beside a bare ws server',
  budgets: { bytesPerConnection: { most: 1.5, times: 'wsBytesPerConnection' } },
  run: async ({ agents: count = usualConnections }) => ({
    connections: count,
    bytesPerConnection: await ofGateway(count),
    wsBytesPerConnection: await ofBareServer(count),
  }),
}

async function ofGateway(count: number): Promise<number> {
  const fleet = await startFleet(count)
  try {
    const simulators = [startSimulators(1, fleet.members.slice(0, connectedBefore), fleet.home)]
    const open = (): number => simulators.reduce((sum, some) => sum + some.open(), 0)
    await waitUntil('the first agents', connectMs, () => open() === connectedBefore)
    const bytes = async (): Promise<number> => (await fleet.look()).rssBytes
    const before = await settled(bytes)
    simulators.push(startSimulators(processes, fleet.members.slice(connectedBefore), fleet.home))
    await waitUntil('all agents', connectMs, () => open() === count)
    const after = await settled(bytes)
    simulators.forEach(some => some.close())
    return Math.round((after - before) / (count - connectedBefore))
  } finally {
    await fleet.close()
  }
}

async function ofBareServer(count: number): Promise<number> {
  const port = await freePort()
  const start = (role: string, ...args: readonly number[]): ChildProcess => startPeer('bare-ws', [role, ...args], ['--expose-gc'])
  const server = start('server', port)
  const clients: ChildProcess[] = []
  const rss = async (): Promise<number> => {
    server.send('look')
    return Number((await once(server, 'message'))[0])
  }
  const connect = async (some: number, into: number): Promise<void> => {
    const children = Array.from({ length: into }, () => start('clients', port, some / into))
    clients.push(...children)
    await Promise.all(children.map(child => once(child, 'message')))
  }
  try {
    await once(server, 'message')
    await connect(connectedBefore, 1)
    const before = await settled(rss)
    await connect(count - connectedBefore, processes)
    return Math.round(((await settled(rss)) - before) / (count - connectedBefore))
  } finally {
    for (const child of [server, ...clients]) child.kill('SIGKILL')
  }
}

/** The least of a few looks: what connecting has left goes with more than one collection of garbage. */
async function settled(bytes: () => Promise<number>): Promise<number> {
  const seen: number[] = []
  for (let look = 0; look < looks; look += 1) {
    await delay(betweenLooksMs)
    seen.push(await bytes())
  }
  return Math.min(...seen)
}
