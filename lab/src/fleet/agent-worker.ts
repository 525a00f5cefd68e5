/** A worker that carries out lab's kinds. */
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { hostWorker, readGreeting, systemClock, type AnyHandler } from '@platen/agent/worker'
import { PlatenError } from '@platen/protocol'
import { labResults, type IncrementInput } from './lab-kinds.ts'

const requestMs = 20_000

/** Does nothing, and says so. */
const noop: AnyHandler = async () => ({ result: { summary: 'Nothing was done' }, effect: 'none' })

/** Asks the site to count one up. The site keeps the number, nobody here does, and asked twice it counts twice. */
const increment: AnyHandler = async context => {
  const { jobId, attempt, input, policy, signal } = context
  const { beforeMs = 0, afterMs = 0 } = input as IncrementInput
  await delay(beforeMs, undefined, { signal })
  await context.step('increment', 'not repeatable', async () => {
    const url = `${policy.site.url}/increment?job=${jobId}&attempt=${attempt}`
    const status = await post(url, AbortSignal.any([signal, AbortSignal.timeout(requestMs)]))
    if (status !== 204) throw new PlatenError('page.unreachable', `The site answered ${status}.`)
  })
  await delay(afterMs, undefined, { signal })
  return { result: { summary: 'Counted one up' }, effect: 'applied' }
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
  handlerFor: async ({ kind }) => (kind === 'lab.noop' ? noop : increment),
  resultCheck: async kind => labResults[kind],
  clock: systemClock,
})
process.exit(0)
