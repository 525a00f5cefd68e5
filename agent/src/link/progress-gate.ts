import { limits } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Fence, Progress } from '../ports/jobs.ts'

/** Progress that waits for its turn. */
interface Pending {
  readonly fence: Fence
  readonly progress: Progress
}

const gapMs = 1_000 / limits.job.progressPerSecond

/**
 * Lets progress of each job out at a bounded rate, where the latest wins. What a slow socket would only pile up is
 * dropped: the next report says more.
 */
export class ProgressGate {
  readonly #clock: Clock
  readonly #send: (fence: Fence, progress: Progress) => void
  /** Jobs whose gap has not passed, with what waits for its end. */
  readonly #closed = new Map<string, { pending?: Pending; readonly cancel: () => void }>()

  /** `send` is called for what may leave. */
  constructor(clock: Clock, send: (fence: Fence, progress: Progress) => void) {
    this.#clock = clock
    this.#send = send
  }

  take(fence: Fence, progress: Progress): void {
    const entry = this.#closed.get(fence.jobId)
    if (entry) {
      entry.pending = { fence, progress }
      return
    }
    this.#closed.set(fence.jobId, { cancel: this.#clock.after(gapMs, () => this.#open(fence.jobId)) })
    this.#send(fence, progress)
  }

  /** The job has ended: what waits is of no interest any more. */
  forget(jobId: string): void {
    this.#closed.get(jobId)?.cancel()
    this.#closed.delete(jobId)
  }

  stop(): void {
    for (const jobId of this.#closed.keys()) this.forget(jobId)
  }

  #open(jobId: string): void {
    const pending = this.#closed.get(jobId)?.pending
    this.#closed.delete(jobId)
    if (pending) this.take(pending.fence, pending.progress)
  }
}
