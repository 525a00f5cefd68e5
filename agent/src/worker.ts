import { PlatenError } from '@platen/protocol'
import type { WorkerOrder } from './domain/worker-message.ts'
import { systemClock } from './system/system-clock.ts'
import { readGreeting } from './work/worker-greeting.ts'
import { hostWorker, type AnyHandler } from './work/worker-host.ts'

/** The handler of an order with its adapters. Only what the kind needs is loaded. */
async function handlerFor({ kind }: WorkerOrder): Promise<AnyHandler> {
  switch (kind) {
    default:
      throw new PlatenError('kind.unknown', `This build has no handler of ${kind}.`)
  }
}

const { token, socketPath } = readGreeting()
await hostWorker(socketPath, token, {
  handlerFor,
  resultCheck: async kind => (await import('@platen/protocol/validators/results')).resultValidators[kind],
  clock: systemClock,
})
// Whatever a handler's library left open must not keep the worker.
process.exit(0)
