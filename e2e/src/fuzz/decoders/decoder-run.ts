import { Worker } from 'node:worker_threads'
import type { Findings } from '../findings.ts'
import type { ThreadNews, ThreadOrder } from './decoder-thread.ts'
import { throwOf } from './try-decoder.ts'

/** How long decoders are fed: so many inputs, or until a time in milliseconds since the epoch, whichever comes first. */
export interface DecoderRun {
  readonly seed: number
  /** The number of the first input, and the number after the last one. */
  readonly first?: number
  readonly inputs: number
  readonly until: number
  readonly findings: Findings
}

/** An input that takes longer than this has no end. */
const hangMs = 30_000
const lookMs = 1_000
/** A decoder that holds on to what it was fed runs into it. */
const memoryMb = 400

/** Feeds every decoder in turn; answers how many inputs there were. A decoder that hangs or takes all memory is noted, and the rest goes on. */
export async function runDecoders({ seed, first = 0, inputs, until, findings }: DecoderRun): Promise<number> {
  let from = first
  while (from < inputs && Date.now() < until) from = await oneThread({ seed, from, to: inputs, until }, findings)
  return from - first
}

/** The number after the last one that was tried. */
function oneThread(order: Omit<ThreadOrder, 'at'>, findings: Findings): Promise<number> {
  const at = new Int32Array(new SharedArrayBuffer(4))
  Atomics.store(at, 0, order.from)
  const thread = new Worker(new URL('./decoder-thread.ts', import.meta.url), {
    workerData: { ...order, at } satisfies ThreadOrder,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  })
  return new Promise(resolve => {
    const note = (kind: 'crash' | 'hang', detail: string): void => {
      const number = Atomics.load(at, 0)
      const { target, input } = throwOf(order.seed, number)
      findings.add({ where: target.name, kind, detail, input, number })
    }
    const end = (next: number): void => {
      clearInterval(watch)
      void thread.terminate()
      resolve(next)
    }
    const watch = watchOver(at, () => {
      note('hang', `no answer after ${hangMs} ms`)
      end(Atomics.load(at, 0) + 1)
    })
    thread.on('message', (news: ThreadNews) => {
      if (news.type === 'done') return end(Atomics.load(at, 0))
      const { target, kind, detail, input } = news.finding
      // Bytes lose their class on the way between threads.
      const whole = typeof input === 'string' ? input : Buffer.from(input)
      findings.add({ where: target, kind, detail, input: whole, number: news.number })
    })
    thread.on('error', error => {
      note('crash', error.stack ?? error.message)
      end(Atomics.load(at, 0) + 1)
    })
  })
}

/** Calls where the number does not change for too long. */
function watchOver(at: Int32Array<SharedArrayBuffer>, stuck: () => void): NodeJS.Timeout {
  let last = -1
  let since = performance.now()
  return setInterval(() => {
    const number = Atomics.load(at, 0)
    if (number !== last) {
      last = number
      since = performance.now()
    } else if (performance.now() - since > hangMs) stuck()
  }, lookMs)
}
