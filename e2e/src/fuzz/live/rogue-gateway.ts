import { randomBytes } from 'node:crypto'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { gatewayCapabilities, newId } from '@platen/protocol'
import type { Dice } from '../../chaos/dice.ts'
import { acceptingHead } from '../../intruder/accepting-head.ts'
import { frameText, opcode, rawFrame } from '../../intruder/raw-frame.ts'
import { corpusFrames } from '../corpus.ts'
import { mutatedJson } from '../mutate-json.ts'
import { mutatedBytes } from '../mutate-text.ts'

/** A gateway's address in the hands of somebody who wants to see the agent fall. */
export interface RogueGateway {
  readonly url: string
  /** From now on, what agents hear is thrown by these dice; `count` hears of every frame. */
  attack(dice: Dice, count: () => void): void
  /** How many agents answered its challenge since it began to attack. */
  helloes(): number
  /** The address is the true gateway's again, as it was in the beginning. */
  giveBack(): void
  close(): Promise<void>
}

/** One that says when to come back is obeyed: sending agents away is no harm that one could be shown to have got over. */
const frames = corpusFrames('gateway').filter(frame => (frame as { type?: unknown }).type !== 'goodbye')
/** Soon enough that an agent hears a goodbye, and comes back for more. */
const mostAwayMs = 200
const attentionMs = 1_000

/** Opens one before a true gateway's port. Agents that come while it attacks are let in at first, so that every state of their session is reached. */
export async function openRogueGateway(gatewayPort: number): Promise<RogueGateway> {
  let attack: Mischief | undefined
  let helloes = 0
  const sockets = new Set<Socket>()
  const kept = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Agents go away when they have heard enough.
    socket.on('error', () => socket.destroy())
  }
  const server: Server = createServer(socket => {
    kept(socket)
    if (attack) return listen(socket, attack)
    const gateway = connect({ port: gatewayPort, host: '127.0.0.1' })
    kept(gateway)
    pass(socket, gateway)
  })
  const turn = (next: typeof attack): void => {
    attack = next
    for (const socket of sockets) socket.destroy()
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    attack: (dice, count) => {
      helloes = 0
      turn({ dice, count, hello: () => (helloes += 1) })
    },
    helloes: () => helloes,
    giveBack: () => turn(undefined),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        turn(undefined)
      }),
  }
}

/** Either end's end is the other's. */
function pass(agent: Socket, gateway: Socket): void {
  agent.pipe(gateway)
  gateway.pipe(agent)
  agent.once('close', () => gateway.destroy())
  gateway.once('close', () => agent.destroy())
}

interface Mischief {
  readonly dice: Dice
  readonly count: () => void
  readonly hello: () => void
}

function listen(socket: Socket, mischief: Mischief): void {
  socket.once('data', (head: Buffer) => mislead(socket, head.toString('latin1'), mischief))
}

function mislead(socket: Socket, head: string, { dice, count, hello }: Mischief): void {
  const write = (data: Buffer | string): void => {
    count()
    if (socket.writable) socket.write(data)
  }
  // Whoever got something that he can't read waits for more: the next one is attacked in his place.
  setTimeout(() => socket.destroy(), attentionMs).unref()
  const text = (value: string): void => write(rawFrame(Buffer.from(value), { opcode: opcode.text, masked: false }))
  if (dice.between(0, 5) === 0)
    return write(mutatedBytes(dice, Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nDate: x\r\n\r\n'), []))
  write(acceptingHead(head))
  // What is said by then: nothing, a challenge, or a challenge and a welcome.
  const state = dice.between(0, 3)
  if (state > 0) text(JSON.stringify({ type: 'challenge', nonce: randomBytes(32).toString('base64url'), gateway: 'lab', time: Date.now() }))
  socket.once('data', (answer: Buffer) => {
    if (frameText(answer).includes('"hello"')) hello()
    const welcome = {
      type: 'welcome',
      sessionId: newId('sess'),
      revision: 1,
      heartbeatMs: 2_000,
      // An agent comes back within half of one: the shorter it is, the more often it is there to be attacked.
      leaseMs: 1_000,
      stateSeq: 0,
      time: Date.now(),
      capabilities: [...gatewayCapabilities],
    }
    if (state > 1) text(dice.between(0, 2) === 0 ? mutatedJson(dice, welcome) : JSON.stringify(welcome))
    for (let left = dice.between(1, 60); left > 0; left -= 1) sayOne(dice, text, write)
  })
}

function sayOne(dice: Dice, text: (value: string) => void, write: (data: Buffer) => void): void {
  const frame = dice.oneOf(frames)
  switch (dice.between(0, 15)) {
    case 0:
      return write(mutatedBytes(dice, rawFrame(Buffer.from(JSON.stringify(frame)), { opcode: opcode.text, masked: false }), []))
    case 1:
      return write(
        rawFrame(Buffer.alloc(dice.between(0, 125), 1), {
          opcode: dice.between(0, 15),
          fin: dice.between(0, 1) === 1,
          reserved: dice.between(0, 1),
          masked: dice.between(0, 1) === 1,
        }),
      )
    case 2:
      // Frames that fit their schema, of jobs that nobody signed.
      return text(JSON.stringify({ ...frame, jobId: newId('job') }))
    case 3:
      return text(JSON.stringify({ type: 'goodbye', reason: 'gone', afterMs: dice.between(0, mostAwayMs) }))
    default:
      return text(mutatedJson(dice, frame))
  }
}
