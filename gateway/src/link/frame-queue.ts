import type { WebSocket } from 'ws'

/** Frames that wait for the one before them when reading pauses, and how few are left when it goes on. */
const pauseAt = 32
const resumeAt = 8
/** A frame that waits for longer than this was heard, and not yet heeded. In ms. */
const behindMs = 1_000
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
  /** When each that waits had come, in ms, the oldest first. */
  readonly #cameAt: number[] = []

  constructor(socket: Pick<WebSocket, 'pause' | 'resume'>, owner: Owner) {
    this.#socket = socket
    this.#owner = owner
  }

  add(work: () => Promise<void>, now: number): void {
    this.#cameAt.push(now)
    if (this.#cameAt.length === pauseAt) this.#socket.pause()
    this.#last = this.#last
      .then(work)
      .catch((error: unknown) => this.#owner.giveUp(error))
      .then(() => this.#done())
  }

  /** Whether what was heard waits longer than it should: a store that is slow, and not the peer. */
  isBehind(now: number): boolean {
    const [oldest] = this.#cameAt
    return oldest !== undefined && now - oldest > behindMs
  }

  /** Resolves when all that was added so far has taken effect. */
  whenDone(): Promise<void> {
    return this.#last
  }

  #done(): void {
    this.#cameAt.shift()
    if (this.#cameAt.length === 0) this.#last = idle
    if (this.#cameAt.length === resumeAt) this.#socket.resume()
  }
}
