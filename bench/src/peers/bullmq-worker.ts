/** A process of the peer's workers: each job ends at once. Arguments: Redis's port, jobs at once. Tells how many have ended. */
import { Worker } from 'bullmq'

const [port, concurrency] = process.argv.slice(2).map(Number) as [number, number]
const tellEveryMs = 20
let done = 0
const worker = new Worker('noop', async () => ({ summary: 'Nothing was done' }), { connection: { host: '127.0.0.1', port }, concurrency })
worker.on('completed', () => (done += 1))
setInterval(() => {
  if (done > 0) process.send?.(done)
  done = 0
}, tellEveryMs)
process.on('disconnect', () => process.exit(0))
await worker.waitUntilReady()
