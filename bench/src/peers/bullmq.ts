/**
 * The peer of dispatch, in processes of its own. `route PORT REDIS` is its front: the same one-job-a-POST route. `worker REDIS N`
 * carries out so many jobs at once, each of which ends at once, and tells how many have ended.
 */
import { Queue, Worker } from 'bullmq'
import { fastify } from 'fastify'

const tellEveryMs = 20
const body = { type: 'object', required: ['kind', 'input'], properties: { kind: { type: 'string' }, input: { type: 'object' } } }

async function route(port: number, redisPort: number): Promise<void> {
  const queue = new Queue('noop', { connection: { host: '127.0.0.1', port: redisPort } })
  const server = fastify()
  server.post('/jobs', { schema: { body } }, async (request, reply) => {
    const { kind, input } = request.body as { kind: string; input: object }
    const { id } = await queue.add(kind, input)
    return reply.code(201).send({ id })
  })
  await server.listen({ host: '127.0.0.1', port })
  process.send?.('ready')
}

async function work(port: number, concurrency: number): Promise<void> {
  let done = 0
  const worker = new Worker('noop', async () => ({ summary: 'Nothing was done' }), { connection: { host: '127.0.0.1', port }, concurrency })
  worker.on('completed', () => (done += 1))
  setInterval(() => {
    if (done > 0) process.send?.(done)
    done = 0
  }, tellEveryMs)
  await worker.waitUntilReady()
}

process.on('disconnect', () => process.exit(0))
const [role, first, second] = process.argv.slice(2)
await (role === 'route' ? route(Number(first), Number(second)) : work(Number(first), Number(second)))
