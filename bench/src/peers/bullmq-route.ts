/** The peer's front: the same one-job-a-POST route in front of BullMQ, in a process of its own. Arguments: its port, Redis's port. */
import { Queue } from 'bullmq'
import { fastify } from 'fastify'

const [port, redisPort] = process.argv.slice(2).map(Number) as [number, number]
const queue = new Queue('noop', { connection: { host: '127.0.0.1', port: redisPort } })
const server = fastify()
const body = { type: 'object', required: ['kind', 'input'], properties: { kind: { type: 'string' }, input: { type: 'object' } } }
server.post('/jobs', { schema: { body } }, async (request, reply) => {
  const { kind, input } = request.body as { kind: string; input: object }
  const { id } = await queue.add(kind, input)
  return reply.code(201).send({ id })
})
await server.listen({ host: '127.0.0.1', port })
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
