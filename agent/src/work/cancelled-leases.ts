/** Cancellations that are remembered: an offer that is doubled comes soon after the first. */
const most = 256

/** The last epochs of jobs that were cancelled before they came: a doubled offer must not start one. */
export class CancelledLeases {
  readonly #epochs = new Map<string, number>()

  /** This lease of the job, and every one before it, is void. */
  add(jobId: string, epoch: number): void {
    this.#epochs.delete(jobId)
    this.#epochs.set(jobId, epoch)
    if (this.#epochs.size > most) this.#epochs.delete(this.#epochs.keys().next().value as string)
  }

  has(jobId: string, epoch: number): boolean {
    return (this.#epochs.get(jobId) ?? -1) >= epoch
  }
}
