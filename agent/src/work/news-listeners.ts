import type { RunNews } from '../ports/jobs.ts'
import type { Log } from '../ports/log.ts'

/** Those who hear of runs. */
export class NewsListeners {
  readonly #log: Log
  readonly #all = new Set<(news: RunNews) => void>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Calls back on every news until the answer is called. */
  add(listener: (news: RunNews) => void): () => void {
    this.#all.add(listener)
    return () => void this.#all.delete(listener)
  }

  /** Whoever only listens must not change what becomes of a run. */
  tell(news: RunNews): void {
    for (const listener of this.#all) {
      try {
        listener(news)
      } catch (error) {
        this.#log.error('runs:untold', { jobId: news.run.jobId, error })
      }
    }
  }
}
