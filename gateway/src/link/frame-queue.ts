import type { WebSocket } from 'ws'

/** Frames that wait for the one before them when reading pauses, and how few are left when it goes on. */
const pauseAt = 32
const resumeAt = 8
/** What waits for nothing. */
const idle = Promise.resolve()

/** Whoever hears that something failed. */
interface Owner {
  giveUp(error: unknown): void
}

/** What a socket's frames do takes effect one after another; a store that is slow slows the reading down. */
export class FrameQueue {
  readonly #socket: Pick<WebSocket, 'pause' | 'resume'>
  readonly #owner: Owner
  #last: Promise<void> = idle
  #waiting = 0

  constructor(socket: Pick<WebSocket, 'pause' | 'resume'>, owner: Owner) {
    this.#socket = socket
    this.#owner = owner
  }

  add(work: () => Promise<void>): void {
    this.#waiting += 1
    if (this.#waiting === pauseAt) this.#socket.pause()
    this.#last = this.#last
      .then(work)
      .catch((error: unknown) => this.#owner.giveUp(error))
      .then(() => this.#done())
  }

  /** Resolves when all that was added so far has taken effect. */
  whenDone(): Promise<void> {
    return this.#last
  }

  #done(): void {
    this.#waiting -= 1
    if (this.#waiting === 0) this.#last = idle
    if (this.#waiting === resumeAt) this.#socket.resume()
  }
}
