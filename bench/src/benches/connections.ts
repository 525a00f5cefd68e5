import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { freePort, startFleet, startSimulators, waitUntil } from '@platen/lab'
import type { Bench } from '../bench.ts'
import { startPeer } from '../peers/peer-process.ts'

const usualConnections = 6_000
/** Connections before the first look: what a process takes once, for the first of them, is not what each one costs. */
const shareBefore = 1 / 3
const connectMs = 120_000
const processes = 2

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
    const first = Math.round(count * shareBefore)
    const simulators = [startSimulators(1, fleet.members.slice(0, first), fleet.home)]
    const open = (): number => simulators.reduce((sum, some) => sum + some.open(), 0)
    await waitUntil('the first agents', connectMs, () => open() === first)
    const before = await fleet.look()
    simulators.push(startSimulators(processes, fleet.members.slice(first), fleet.home))
    await waitUntil('all agents', connectMs, () => open() === count)
    const after = await fleet.look()
    simulators.forEach(some => some.close())
    return Math.round((after.rssBytes - before.rssBytes) / (count - first))
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
    const first = Math.round(count * shareBefore)
    await once(server, 'message')
    await connect(first, 1)
    const before = await rss()
    await connect(count - first, processes)
    return Math.round(((await rss()) - before) / (count - first))
  } finally {
    for (const child of [server, ...clients]) child.kill('SIGKILL')
  }
}
