/** A worker that carries out lab's kinds. */
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { hostWorker, readGreeting, systemClock, type AnyHandler } from '@platen/agent/worker'
import { PlatenError } from '@platen/protocol'
import { labResults, type IncrementInput, type ParentInput } from './lab-kinds.ts'

type Context = Parameters<AnyHandler>[0]

const requestMs = 20_000

/** Does nothing, and says so. */
const noop: AnyHandler = async () => ({ result: { summary: 'Nothing was done' }, effect: 'none' })

/** Asks the site to count one up. The site keeps the number, nobody here does, and asked twice it counts twice. */
async function countUp(context: Context, how = ''): Promise<void> {
  const { jobId, attempt, input, policy, signal } = context
  const { beforeMs = 0, afterMs = 0 } = input as IncrementInput
  await delay(beforeMs, undefined, { signal })
  await context.step('increment', 'not repeatable', async () => {
    const url = `${policy.site.url}/increment?job=${jobId}&attempt=${attempt}${how}`
    const status = await post(url, AbortSignal.any([signal, AbortSignal.timeout(requestMs)]))
    if (status !== 204) throw new PlatenError('page.unreachable', `The site answered ${status}.`)
  })
  await delay(afterMs, undefined, { signal })
}

const increment: AnyHandler = async context => {
  await countUp(context)
  return { result: { summary: 'Counted one up' }, effect: 'applied' }
}

/** The site is told, and takes note where two of them are at it at once. */
const heavy: AnyHandler = async context => {
  await countUp(context, '&heavy')
  return { result: { summary: 'Counted one up, alone' }, effect: 'applied' }
}

/** Counts up after its child has ended, however that did, and says what it was told of it. */
const parent: AnyHandler = async context => {
  const { child: input = {}, childPool } = context.input as ParentInput
  if (!context.child)
    return { waitFor: { kind: 'lab.increment', input, ...(childPool === undefined ? {} : { pool: childPool }) }, effect: 'none' }
  const { jobId, state } = context.child
  await countUp(context)
  return { result: { summary: 'Counted one up after another job', child: { jobId, state } }, effect: 'applied' }
}

const handlers: Readonly<Record<string, AnyHandler>> = {
  'lab.noop': noop,
  'lab.increment': increment,
  'lab.heavy': heavy,
  'lab.parent': parent,
}

/** Not by `fetch`: a worker lives for one request, and loading that takes as long as all else it does. */
async function post(url: string, signal: AbortSignal): Promise<number> {
  const outgoing = request(url, { method: 'POST', signal })
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode ?? 0
}

const { token, socketPath } = readGreeting()
await hostWorker(socketPath, token, {
  handlerFor: async ({ kind }) => {
    const handler = handlers[kind]
    if (!handler) throw new PlatenError('kind.unknown')
    return handler
  },
  resultCheck: async kind => labResults[kind],
  clock: systemClock,
})
process.exit(0)
