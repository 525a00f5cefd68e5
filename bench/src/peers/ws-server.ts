/** The peer of idle connections: a bare `ws` server with an empty handler. Argument: its port. Tells its memory when it is asked. */
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), perMessageDeflate: false, clientTracking: false })
server.on('connection', () => {})
process.on('message', () => {
  globalThis.gc?.()
  process.send?.(process.memoryUsage().rss)
})
process.on('disconnect', () => process.exit(0))
server.once('listening', () => process.send?.(0))
