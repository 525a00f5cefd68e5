import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { helloText, newId, subprotocol, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import { WebSocket } from 'ws'

/** An Ed25519 key pair, base64url. */
export interface Keys {
  readonly d: string
  readonly x: string
}

/** How the gateway answered an upgrade. */
export type Upgraded =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly status: number; readonly headers: Readonly<Record<string, string | string[] | undefined>> }

type Frame<Type extends GatewayFrame['type']> = Extract<GatewayFrame, { type: Type }>

const deadlineMs = 5_000

export function newKeys(): Keys {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { d: d as string, x: x as string }
}

export function signed(keys: Keys, text: string): string {
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', ...keys }, format: 'jwk' })
  return sign(null, Buffer.from(text), key).toString('base64url')
}

/** A JWT as agents make it; `claims` and `header` change what a test is about. */
export function token(keys: Keys, claims: Readonly<Record<string, unknown>>, header: object = {}): string {
  const iat = Math.floor(Date.now() / 1_000)
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const whole = { iat, exp: iat + 60, jti: randomBytes(8).toString('hex'), ...claims }
  const text = `${encode({ alg: 'EdDSA', ...header })}.${encode(whole)}`
  return `${text}.${signed(keys, text)}`
}

/** Knocks at a gateway's door. */
export function upgrade(
  url: string,
  bearer: string | undefined,
  protocol: string = subprotocol,
  extra: Readonly<Record<string, string>> = {},
): Promise<Upgraded> {
  const headers = bearer === undefined ? extra : { ...extra, authorization: `Bearer ${bearer}` }
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/agents/link`, [protocol], { headers, perMessageDeflate: false })
  const connection = new Connection(socket)
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve({ ok: true, connection }))
    socket.on('unexpected-response', (request, response) => {
      resolve({ ok: false, status: response.statusCode ?? 0, headers: response.headers })
      request.destroy()
    })
    socket.on('error', reject)
  })
}

/** An open socket to a gateway, frame by frame. */
export class Connection {
  /** The close code, once the socket has ended. */
  readonly closed: Promise<number>
  readonly frames: GatewayFrame[] = []
  readonly #socket: WebSocket
  #look: () => void = () => {}

  constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise(resolve => socket.on('close', code => resolve(code)))
    socket.on('message', data => {
      this.frames.push(JSON.parse((data as Buffer).toString('utf8')) as GatewayFrame)
      this.#look()
    })
  }

  /** The next frame of a type; frames of other types stay for later. */
  async next<Type extends GatewayFrame['type']>(type: Type): Promise<Frame<Type>> {
    for (const signal = AbortSignal.timeout(deadlineMs); ;) {
      const at = this.frames.findIndex(frame => frame.type === type)
      if (at >= 0) return this.frames.splice(at, 1)[0] as Frame<Type>
      await new Promise<void>((resolve, reject) => {
        this.#look = resolve
        signal.addEventListener('abort', () => reject(new Error(`no ${type} came, but ${this.frames.map(frame => frame.type).join(', ')}`)))
      })
    }
  }

  /** Calls back on every frame that nobody has taken, and on every one from now on. */
  listen(listener: (frame: GatewayFrame) => void): void {
    for (const frame of this.frames) listener(frame)
    this.#socket.on('message', data => listener(JSON.parse((data as Buffer).toString('utf8')) as GatewayFrame))
  }

  send(frame: AgentFrame): void {
    this.#socket.send(JSON.stringify(frame))
  }

  raw(data: string | Buffer): void {
    this.#socket.send(data)
  }

  /** One piece of a message; false when nothing more can be sent. */
  piece(data: string | Buffer, isLast: boolean): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false
    this.#socket.send(data, { fin: isLast })
    return true
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
  }

  /** Takes nothing that comes any more. */
  stopReading(): void {
    this.#socket.pause()
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Says hello as the agent should, apart from what is changed. */
  async hello(agentId: string, keys: Keys, change: Partial<Extract<AgentFrame, { type: 'hello' }>> = {}): Promise<void> {
    const challenge = await this.next('challenge')
    const instanceId = change.instanceId ?? newId('inst')
    this.send({
      type: 'hello',
      agentId,
      instanceId,
      signature: signed(keys, helloText(challenge, agentId, instanceId)),
      revisions: [1],
      capabilities: ['cache.purge'],
      version: '0.0.0',
      running: [],
      stateSeq: 0,
      ...change,
    })
  }

  end(): void {
    this.#socket.terminate()
  }
}
