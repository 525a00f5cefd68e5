import { connect, type NetConnectOpts, type Socket } from 'node:net'

/** What is remembered of what came, in bytes. */
const mostKept = 65_536

/** A connection on which anything may be written, at any time, by halves. */
export class RawSocket {
  /** Settles when it is over, however it went. */
  readonly closed: Promise<void>
  readonly socket: Socket
  #received: Buffer[] = []
  #length = 0
  #look: () => void = () => {}

  /** Connects; a connection that is refused is closed, no more. */
  constructor(to: NetConnectOpts) {
    this.socket = connect(to)
    this.socket.on('data', (piece: Buffer) => {
      if (this.#length < mostKept) this.#received.push(piece)
      this.#length += piece.length
      this.#look()
    })
    // How it ended is of no interest here.
    this.socket.on('error', () => this.socket.destroy())
    this.closed = new Promise(resolve => {
      this.socket.once('close', () => {
        this.#look()
        resolve()
      })
    })
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable
  }

  /** What came so far. */
  get text(): string {
    return Buffer.concat(this.#received).toString('utf8')
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#received)
  }

  /** Writes where that can still be done; waits while the peer does not read, at most a moment. */
  async write(data: Buffer | string): Promise<void> {
    if (!this.isOpen) return
    if (this.socket.write(data)) return
    await Promise.race([new Promise<void>(resolve => this.socket.once('drain', resolve)), this.closed, pause(500)])
  }

  /** Waits until what came is as wanted, the connection is over, or the time is up; says whether it is as wanted. */
  async until(wanted: () => boolean, withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs
    while (!wanted() && performance.now() < end && !this.socket.destroyed) {
      await Promise.race([new Promise<void>(resolve => (this.#look = resolve)), pause(100)])
    }
    return wanted()
  }

  /** Stops reading: what the peer sends piles up at the peer. */
  goDeaf(): void {
    this.socket.pause()
  }

  end(): void {
    this.socket.destroy()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
