import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { newId } from '@platen/protocol'
import type { Dice } from '../../chaos/dice.ts'
import { acceptingHead } from '../../intruder/accepting-head.ts'
import { opcode, rawFrame } from '../../intruder/raw-frame.ts'
import { corpusFrames } from '../corpus.ts'
import { mutatedJson } from '../mutate-json.ts'
import { mutatedBytes } from '../mutate-text.ts'

/** A gateway's address in the hands of somebody who wants to see the agent fall. */
export interface RogueGateway {
  readonly url: string
  /** From now on, what agents hear is thrown by these dice; `count` hears of every frame. */
  attack(dice: Dice, count: () => void): void
  close(): Promise<void>
}

const frames = corpusFrames('gateway')

/** Opens one. Agents that come are let in at first, so that every state of their session is reached. */
export async function openRogueGateway(): Promise<RogueGateway> {
  let attack: { readonly dice: Dice; readonly count: () => void } | undefined
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Agents go away when they have heard enough.
    socket.on('error', () => socket.destroy())
    socket.once('data', (head: Buffer) => {
      if (attack) mislead(socket, head.toString('latin1'), attack.dice, attack.count)
      else socket.destroy()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    attack: (dice, count) => (attack = { dice, count }),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function mislead(socket: Socket, head: string, dice: Dice, count: () => void): void {
  const write = (data: Buffer | string): void => {
    count()
    if (socket.writable) socket.write(data)
  }
  const text = (value: string): void => write(rawFrame(Buffer.from(value), { opcode: opcode.text, masked: false }))
  if (dice.between(0, 5) === 0)
    return write(mutatedBytes(dice, Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nRetry-After: 1\r\n\r\n'), []))
  write(acceptingHead(head))
  // What is said by then: nothing, a challenge, or a challenge and a welcome.
  const state = dice.between(0, 3)
  if (state > 0) text(JSON.stringify({ type: 'challenge', nonce: randomBytes(32).toString('base64url'), gateway: 'lab', time: Date.now() }))
  socket.once('data', () => {
    const welcome = {
      type: 'welcome',
      sessionId: newId('sess'),
      revision: 1,
      heartbeatMs: 2_000,
      leaseMs: 8_000,
      stateSeq: 0,
      time: Date.now(),
    }
    if (state > 1) text(JSON.stringify(welcome))
    for (let left = dice.between(1, 60); left > 0; left -= 1) sayOne(dice, text, write)
    setTimeout(() => socket.destroy(), 1_000).unref()
  })
}

function sayOne(dice: Dice, text: (value: string) => void, write: (data: Buffer) => void): void {
  const frame = dice.oneOf(frames)
  switch (dice.between(0, 7)) {
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
    default:
      return text(mutatedJson(dice, frame))
  }
}
