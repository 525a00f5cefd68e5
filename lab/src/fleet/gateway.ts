/** A gateway with lab's kinds and lab's pace: what it is started with is what `platen gateway run` is. */
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { runGateway } from '@platen/gateway'
import { labInputs, labKinds, labResults } from './lab-kinds.ts'
import { pace } from './pace.ts'

/** What whoever started this process may ask of it over IPC. */
export interface ToGateway {
  readonly type: 'look' | 'cut'
}

/** How this process is. */
export interface GatewayLook {
  readonly rssBytes: number
  readonly heapBytes: number
  /** Delay of the event loop since the last look, 99th percentile. */
  readonly loopDelayP99Ms: number
  readonly sockets: number
}

const sockets = new Set<Socket>()
if (process.send) attend()

/** Answers whoever started this process, and ends with him. */
function attend(): void {
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  subscribe('net.server.socket', message => {
    const { socket } = message as { socket: Socket }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  process.on('message', ({ type }: ToGateway) => {
    if (type === 'cut') return sockets.forEach(socket => socket.destroy())
    globalThis.gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    const loopDelayP99Ms = delay.percentile(99) / 1e6
    delay.reset()
    process.send?.({ rssBytes: rss, heapBytes: heapUsed + external, loopDelayP99Ms, sockets: sockets.size } satisfies GatewayLook)
  })
  process.on('disconnect', () => process.exit(0))
}

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: { data: text, 'store-file': text, port: text, name: text, signer: text, pace: text, log: text },
})
const { heartbeatMs, leaseMs } = pace(values.pace)
process.exitCode = await runGateway(
  {
    data: values.data ?? '',
    ...(values['store-file'] === undefined ? {} : { storeFile: values['store-file'] }),
    host: '127.0.0.1',
    port: Number(values.port),
    name: values.name ?? 'lab',
    signerSocket: values.signer ?? '',
    trustProxy: '',
    logLevel: values.log ?? 'warn',
    keepDays: 1,
  },
  {
    catalog: { kinds: labKinds, inputs: labInputs, results: labResults },
    heartbeatMs,
    leaseMs,
    // Lab asks as fast as it can, from one address.
    rates: { token: { perSecond: 1e6, burst: 1e6 }, address: { perSecond: 1e6, burst: 1e6 } },
  },
)
