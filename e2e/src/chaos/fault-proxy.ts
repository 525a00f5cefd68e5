import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { MessageStream, textOf } from './message-stream.ts'
import { OffersUnderWay } from './offers-under-way.ts'

/** What the network between one agent and its gateway does to what passes. */
export interface FaultProxy {
  readonly url: string
  /** Jobs that the gateway offered through it, and of which no answer has passed. */
  offered(): readonly string[]
  /** Ends every connection, in both directions at once. */
  cut(): void
  /** Ends one direction of every connection and leaves the other open. */
  halfClose(): void
  /** Nothing passes any more, and nobody is told, until the answer is called. */
  holdBack(): () => void
  /** Everything comes so much later, until the answer is called. */
  delay(ms: number): () => void
  /** Every message comes twice, until the answer is called. */
  double(): () => void
  close(): Promise<void>
}

interface Weather {
  held: number
  delayMs: number
  doubled: number
}

/** Opens a proxy on a loopback port to a gateway's. */
export async function openFaultProxy(gatewayPort: number): Promise<FaultProxy> {
  const weather: Weather = { held: 0, delayMs: 0, doubled: 0 }
  const pairs = new Set<readonly [agent: Socket, gateway: Socket]>()
  const released = new Set<() => void>()
  const offers = new OffersUnderWay()
  const server: Server = createServer({ allowHalfOpen: true }, agent => {
    const gateway = connect({ port: gatewayPort, host: '127.0.0.1', allowHalfOpen: true })
    const pair = [agent, gateway] as const
    pairs.add(pair)
    // What breaks on one side is cut on both: a proxy has nobody to tell.
    gateway.on('error', () => end(pair))
    gateway.once('close', () => end(pair))
    agent.on('error', () => agent.destroy())
    // What the gateway says before it hears of that is read all the same: it may be an offer.
    agent.once('close', () => gateway.end())
    relay(agent, gateway, weather, released, { passes: text => offers.toGateway(text) })
    relay(gateway, agent, weather, released, { comes: text => offers.fromGateway(text) })
  })
  const end = (pair: readonly [Socket, Socket]): void => {
    pairs.delete(pair)
    for (const socket of pair) socket.destroy()
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    offered: () => offers.jobs,
    cut: () => [...pairs].forEach(end),
    halfClose: () => pairs.forEach(([agent]) => agent.end()),
    holdBack: () => {
      weather.held += 1
      return () => {
        weather.held -= 1
        if (weather.held === 0) released.forEach(release => release())
      }
    },
    delay: ms => {
      weather.delayMs = ms
      return () => (weather.delayMs = 0)
    },
    double: () => {
      weather.doubled += 1
      return () => (weather.doubled -= 1)
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        ;[...pairs].forEach(end)
      }),
  }
}

/** Who hears of the text messages of one direction. */
interface Listener {
  readonly comes?: (text: string) => void
  readonly passes?: (text: string) => void
}

/** Passes one direction on in its order, whatever the weather does to it on the way. */
function relay(from: Socket, to: Socket, weather: Weather, released: Set<() => void>, { comes, passes }: Listener): void {
  const stream = new MessageStream()
  let last = Promise.resolve()
  const inTurn = (act: () => void): void => {
    last = last.then(() => passed(weather, released)).then(act)
  }
  from.on('data', (piece: Buffer) => {
    for (const stretch of stream.take(piece)) {
      const { bytes, isText } = stretch
      const twice = isText && weather.doubled > 0
      if (isText) comes?.(textOf(stretch))
      inTurn(() => {
        if (!to.writable) return
        if (isText) passes?.(textOf(stretch))
        to.write(twice ? Buffer.concat([bytes, bytes]) : bytes)
      })
    }
  })
  from.once('end', () => inTurn(() => void to.end()))
}

/** Settles when something may pass. */
async function passed({ held, delayMs }: Weather, released: Set<() => void>): Promise<void> {
  if (delayMs > 0) await new Promise(resolve => setTimeout(resolve, delayMs))
  if (held === 0) return
  await new Promise<void>(resolve => {
    const release = (): void => {
      released.delete(release)
      resolve()
    }
    released.add(release)
  })
}
