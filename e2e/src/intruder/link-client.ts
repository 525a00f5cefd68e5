import { randomBytes } from 'node:crypto'
import { subprotocol, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import { MessageStream } from '../chaos/message-stream.ts'
import { connectionToken, helloFrame, type Identity } from './identity.ts'
import { frameText, opcode, rawFrame, type FrameShape } from './raw-frame.ts'
import { RawSocket } from './raw-socket.ts'

const answerMs = 10_000

/** The head of an upgrade. */
export function upgradeHead(token: string | undefined, extra: readonly string[] = []): string {
  const lines = [
    'GET /v1/agents/link HTTP/1.1',
    'Host: gateway',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...extra,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** An agent's end of the link, by hand. */
export class LinkClient {
  readonly raw: RawSocket

  private constructor(raw: RawSocket) {
    this.raw = raw
  }

  /** Knocks with a token; `status` is what was answered, 101 where it was let in. */
  static async knock(
    port: number,
    token: string | undefined,
  ): Promise<{ readonly status: number; readonly client: LinkClient; readonly code?: string }> {
    const raw = new RawSocket({ port, host: '127.0.0.1' })
    await raw.write(upgradeHead(token))
    await raw.until(() => /^HTTP\/1\.1 (101[^]*\r\n\r\n|(?!101)[^]*"code")/.test(raw.text), answerMs)
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(raw.text)?.[1] ?? 0)
    const code = /"code":"([\w.]+)"/.exec(raw.text)?.[1]
    return { status, client: new LinkClient(raw), ...(code === undefined ? {} : { code }) }
  }

  /** Comes as far as an open session. Undefined where it was not let in. */
  static async open(port: number, identity: Identity, change: Parameters<typeof helloFrame>[2] = {}): Promise<LinkClient | undefined> {
    const { status, client } = await LinkClient.knock(port, connectionToken(identity))
    const challenge = status === 101 ? await client.next('challenge') : undefined
    if (challenge) client.send(helloFrame(identity, challenge, change))
    const welcome = challenge ? await client.next('welcome') : undefined
    if (welcome) return client
    client.raw.end()
    return undefined
  }

  /** Frames that came, as far as they are kept. */
  get frames(): readonly GatewayFrame[] {
    return new MessageStream()
      .take(this.raw.bytes)
      .flatMap(({ bytes, isText }) => (isText ? [JSON.parse(frameText(bytes)) as GatewayFrame] : []))
  }

  /** The code that the gateway closed with. */
  get closeCode(): number | undefined {
    const close = new MessageStream().take(this.raw.bytes).find(({ bytes }) => bytes[0] === 0x88 && bytes.length >= 4)
    return close?.bytes.readUInt16BE(2)
  }

  /** The first frame of a type that fits, once it has come. */
  async next<Type extends GatewayFrame['type']>(
    type: Type,
    fits: (frame: Extract<GatewayFrame, { type: Type }>) => boolean = () => true,
    withinMs: number = answerMs,
  ): Promise<Extract<GatewayFrame, { type: Type }> | undefined> {
    const find = (): Extract<GatewayFrame, { type: Type }> | undefined =>
      this.frames.find((frame): frame is Extract<GatewayFrame, { type: Type }> => frame.type === type && fits(frame as never))
    await this.raw.until(() => find() !== undefined, withinMs)
    return find()
  }

  send(frame: AgentFrame): void {
    void this.text(JSON.stringify(frame))
  }

  async text(text: string): Promise<void> {
    await this.frame(Buffer.from(text), { opcode: opcode.text, masked: true })
  }

  async frame(payload: Buffer, shape: FrameShape): Promise<void> {
    await this.raw.write(rawFrame(payload, shape))
  }
}
