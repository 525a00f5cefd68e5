/** A worker that carries out lab's kinds. */
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
    const response = await fetch(url, { method: 'POST', signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]) })
    if (!response.ok) throw new PlatenError('page.unreachable', `The site answered ${response.status}.`)
  })
  await delay(afterMs, undefined, { signal })
  return { result: { summary: 'Counted one up' }, effect: 'applied' }
}

const { token, socketPath } = readGreeting()
await hostWorker(socketPath, token, {
  handlerFor: async ({ kind }) => (kind === 'lab.noop' ? noop : increment),
  resultCheck: async kind => labResults[kind],
  clock: systemClock,
})
process.exit(0)
