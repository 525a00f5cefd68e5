/** Clients of the bare `ws` server, that stay and say nothing. Arguments: its port, how many. Tells when all are connected. */
import { WebSocket } from 'ws'

const [port, count] = process.argv.slice(2).map(Number) as [number, number]
const atOnce = 50
let open = 0

function connectSome(): void {
  for (let started = 0; started < atOnce && open < count; started += 1) connect()
}

function connect(): void {
  new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false }).once('open', () => {
    open += 1
    if (open === count) process.send?.(open)
    else if (open + atOnce <= count) connect()
  })
}

connectSome()
process.on('disconnect', () => process.exit(0))
