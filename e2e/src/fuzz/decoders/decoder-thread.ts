/** A thread that feeds decoders: what never comes back is noticed from outside, by the number that it stands at. */
import { parentPort, workerData } from 'node:worker_threads'
import { throwOf, tryDecoder, type DecoderFinding } from './try-decoder.ts'

/** What the thread is told. */
export interface ThreadOrder {
  readonly seed: number
  /** The first number of the inputs, and the number after the last one. */
  readonly from: number
  readonly to: number
  /** Milliseconds since the epoch. */
  readonly until: number
  /** The number that is tried now. */
  readonly at: Int32Array<SharedArrayBuffer>
}

/** What it tells. */
export type ThreadNews = { readonly type: 'finding'; readonly finding: DecoderFinding; readonly number: number } | { readonly type: 'done' }

const { seed, from, to, until, at } = workerData as ThreadOrder
const tell = (news: ThreadNews): void => parentPort?.postMessage(news)

for (let number = from; number < to && Date.now() < until; number += 1) {
  Atomics.store(at, 0, number)
  const { target, input } = throwOf(seed, number)
  const finding = await tryDecoder(target, input)
  if (finding) tell({ type: 'finding', finding, number })
}
Atomics.add(at, 0, 1)
tell({ type: 'done' })
