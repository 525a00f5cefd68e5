import { createServer, type Server, type Socket } from 'node:net'
import { randomBytes } from 'node:crypto'
import { gatewayCapabilities, newId, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import { MessageStream } from '../chaos/message-stream.ts'
import { acceptingHead } from './accepting-head.ts'
import { frameText, opcode, rawFrame } from './raw-frame.ts'

type Frame<Type extends AgentFrame['type']> = Extract<AgentFrame, { type: Type }>

const answerMs = 15_000

/** What listens at a gateway's address when the gateway is in the wrong hands. It lets agents in, and then says what it is told to. */
export class LinkServer {
  /** What agents are told the time is, beside the true one. */
  aheadMs = 0
  readonly #gateway: string
  readonly #server: Server
  readonly #ends = new Set<AgentEnd>()

  private constructor(gateway: string) {
    this.#gateway = gateway
    this.#server = createServer(socket => void this.#ends.add(new AgentEnd(socket, this.#gateway, () => Date.now() + this.aheadMs)))
  }

  static async listen(port: number, gateway: string): Promise<LinkServer> {
    const server = new LinkServer(gateway)
    await new Promise<void>((resolve, reject) => server.#server.once('error', reject).listen(port, '127.0.0.1', resolve))
    return server
  }

  /** An agent's newest connection that is still there, once it is open. @throws Error where none comes */
  async agent(agentId: string): Promise<AgentEnd> {
    for (const end = performance.now() + answerMs; performance.now() < end; await new Promise(resolve => setTimeout(resolve, 50))) {
      const found = [...this.#ends].findLast(one => one.agentId === agentId && !one.isOver)
      if (found) return found
    }
    throw new Error(`${agentId} did not come`)
  }

  async close(): Promise<void> {
    for (const end of this.#ends) end.cut()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }
}

/** The wrong hands' end of one connection. */
export class AgentEnd {
  readonly frames: AgentFrame[] = []
  agentId: string | undefined
  closeCode: number | undefined
  readonly #socket: Socket
  readonly #stream = new MessageStream()
  readonly #gateway: string
  readonly #now: () => number

  constructor(socket: Socket, gateway: string, now: () => number) {
    this.#socket = socket
    this.#gateway = gateway
    this.#now = now
    socket.on('error', () => socket.destroy())
    socket.on('data', (piece: Buffer) => {
      for (const { bytes, isText } of this.#stream.take(piece)) this.#take(bytes, isText)
    })
  }

  get isOver(): boolean {
    return this.#socket.destroyed
  }

  say(frame: GatewayFrame | object): void {
    if (this.#socket.writable) this.#socket.write(rawFrame(Buffer.from(JSON.stringify(frame)), { opcode: opcode.text, masked: false }))
  }

  /** The first frame that fits, once it has come; undefined where the agent went away or said nothing. */
  async next<Type extends AgentFrame['type']>(
    type: Type,
    fits: (frame: Frame<Type>) => boolean,
    withinMs: number = answerMs,
  ): Promise<Frame<Type> | undefined> {
    const find = (): Frame<Type> | undefined =>
      this.frames.find((frame): frame is Frame<Type> => frame.type === type && fits(frame as never))
    for (const end = performance.now() + withinMs; performance.now() < end && !find() && !this.isOver;)
      await new Promise(resolve => setTimeout(resolve, 20))
    return find()
  }

  /** Waits until the agent has gone; the code that it closed with. */
  async left(): Promise<number | undefined> {
    for (const end = performance.now() + answerMs; performance.now() < end && !this.isOver && this.closeCode === undefined;) {
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    return this.closeCode
  }

  cut(): void {
    this.#socket.destroy()
  }

  /** Ends it as a gateway does, with a close code. */
  close(code: number): void {
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(code)
    if (this.#socket.writable) this.#socket.end(rawFrame(payload, { opcode: opcode.close, masked: false }))
  }

  #take(bytes: Buffer, isText: boolean): void {
    if (bytes.subarray(0, 4).toString() === 'GET ') {
      this.#socket.write(acceptingHead(bytes.toString('latin1')))
      return this.say({ type: 'challenge', nonce: randomBytes(32).toString('base64url'), gateway: this.#gateway, time: this.#now() })
    }
    if (bytes[0] === 0x88) {
      this.closeCode = closeCodeOf(bytes)
      this.#socket.end()
    }
    if (!isText) return
    const frame = JSON.parse(frameText(bytes)) as AgentFrame
    this.frames.push(frame)
    if (frame.type !== 'hello') return
    this.agentId = frame.agentId
    this.say({
      type: 'welcome',
      sessionId: newId('sess'),
      revision: 1,
      heartbeatMs: 30_000,
      leaseMs: 90_000,
      stateSeq: 0,
      time: this.#now(),
      capabilities: [...gatewayCapabilities],
    })
  }
}

/** The two bytes after the mask. */
function closeCodeOf(bytes: Buffer): number | undefined {
  if (bytes.length < 8) return undefined
  const at = (index: number): number => (bytes[6 + index] as number) ^ (bytes[2 + index] as number)
  return at(0) * 256 + at(1)
}
