/**
 * The peer of idle connections, in processes of its own. `server PORT` is a bare `ws` server with an empty handler, which tells its
 * memory when it is asked. `clients PORT N` are so many clients that stay and say nothing, and tell when all are connected.
 */
import { WebSocket, WebSocketServer } from 'ws'

const atOnce = 50

function serve(port: number): void {
  const server = new WebSocketServer({ host: '127.0.0.1', port, perMessageDeflate: false, clientTracking: false })
  server.on('connection', () => {})
  process.on('message', () => {
    globalThis.gc?.()
    process.send?.(process.memoryUsage().rss)
  })
  server.once('listening', () => process.send?.(0))
}

function connectAll(port: number, count: number): void {
  let open = 0
  const connect = (): void => {
    new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false }).once('open', () => {
      open += 1
      if (open === count) process.send?.(open)
      else if (open + atOnce <= count) connect()
    })
  }
  for (let started = 0; started < Math.min(atOnce, count); started += 1) connect()
}

process.on('disconnect', () => process.exit(0))
const [role, port, count] = process.argv.slice(2)
if (role === 'server') serve(Number(port))
else connectAll(Number(port), Number(count))
