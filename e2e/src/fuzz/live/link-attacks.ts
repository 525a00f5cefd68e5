import { setTimeout as delay } from 'node:timers/promises'
import { newId } from '@platen/protocol'
import type { Dice } from '../../chaos/dice.ts'
import { connectionToken } from '../../intruder/identity.ts'
import { LinkClient, upgradeHead } from '../../intruder/link-client.ts'
import { opcode, rawFrame } from '../../intruder/raw-frame.ts'
import { RawSocket } from '../../intruder/raw-socket.ts'
import { corpusFrames } from '../corpus.ts'
import { mutatedJson } from '../mutate-json.ts'
import { mutatedBytes, mutatedText } from '../mutate-text.ts'
import { atOnce, type Attack } from './attack.ts'
import type { Ground } from './ground.ts'

const frames = corpusFrames('agent')
const hello = frames.find(frame => (frame as { type?: unknown }).type === 'hello') ?? {}

/** Says things until it is thrown out. */
async function talk(client: LinkClient, dice: Dice, count: () => void): Promise<void> {
  for (let left = dice.between(1, 80); left > 0 && client.raw.isOpen; left -= 1) {
    count()
    const frame = dice.oneOf(frames)
    // What fits its schema goes further in: jobs of others, and epochs that were never given.
    if (dice.between(0, 1) === 0) await client.text(JSON.stringify({ ...frame, ...('jobId' in frame ? { jobId: newId('job') } : {}) }))
    else await client.text(mutatedJson(dice, frame))
  }
  await client.raw.until(() => client.closeCode !== undefined, 300)
  client.raw.end()
}

async function challenged({ port, intruder }: Ground): Promise<LinkClient | undefined> {
  const { status, client } = await LinkClient.knock(port, connectionToken(intruder))
  if (status === 101) return client
  client.raw.end()
  return undefined
}

const shapes = (dice: Dice): Parameters<LinkClient['frame']>[1] => ({
  opcode: dice.between(0, 15),
  fin: dice.between(0, 3) > 0,
  reserved: dice.between(0, 3) === 0 ? dice.between(1, 7) : 0,
  masked: dice.between(0, 3) > 0,
  ...(dice.between(0, 5) === 0 ? { length: dice.oneOf([0n, 126n, 65_536n, 1_048_577n, 2n ** 32n, 2n ** 63n - 1n, 2n ** 64n - 1n]) } : {}),
})

async function garble(client: LinkClient, dice: Dice, count: () => void): Promise<void> {
  const text = Buffer.from(JSON.stringify(dice.oneOf(frames)))
  for (let left = dice.between(1, 30); left > 0 && client.raw.isOpen; left -= 1) {
    count()
    if (dice.between(0, 3) === 0) await client.raw.write(mutatedBytes(dice, rawFrame(text, { opcode: opcode.text, masked: true }), []))
    else await client.frame(dice.between(0, 1) === 0 ? text : mutatedBytes(dice, text, []), shapes(dice))
  }
  // By halves: the rest never comes.
  await client.raw.write(rawFrame(text, { opcode: opcode.text, masked: true }).subarray(0, dice.between(1, 10)))
  await client.raw.until(() => false, 200)
  client.raw.end()
}

/** A message in pieces, with control frames between them; now and then it has no end. */
async function inPieces(client: LinkClient, dice: Dice, count: () => void): Promise<void> {
  const endless = dice.between(0, 3) === 0
  const text = Buffer.from(endless ? 'x'.repeat(3_000_000) : JSON.stringify({ type: 'heartbeat', running: [] }))
  const size = endless ? 60_000 : dice.between(1, 7)
  for (let at = 0; at < text.length && client.raw.isOpen; at += size) {
    count()
    const fin = !endless && at + size >= text.length
    await client.frame(text.subarray(at, at + size), { opcode: at === 0 ? opcode.text : opcode.continuation, fin, masked: true })
    if (dice.between(0, 4) === 0) await client.frame(Buffer.from('still here'), { opcode: opcode.ping, masked: true })
  }
  await client.raw.until(() => client.closeCode !== undefined, 300)
  client.raw.end()
}

/** Everything at once, and not a word of the answers is read. */
async function flood(client: LinkClient, dice: Dice, count: () => void): Promise<void> {
  client.raw.goDeaf()
  const ping = rawFrame(Buffer.alloc(125, 1), { opcode: opcode.ping, masked: true })
  const beat = rawFrame(Buffer.from(JSON.stringify({ type: 'heartbeat', running: [] })), { opcode: opcode.text, masked: true })
  const piece = Buffer.concat(Array.from({ length: 500 }, () => (dice.between(0, 1) === 0 ? ping : beat)))
  for (let left = 100; left > 0 && client.raw.isOpen; left -= 1) {
    count()
    await client.raw.write(piece)
  }
  client.raw.end()
}

const inState = (name: string, open: (ground: Ground) => Promise<LinkClient | undefined>, act: typeof talk, times = 6): Attack => ({
  name,
  run: (ground, dice, count) =>
    atOnce(times, async () => {
      const client = await open(ground)
      if (client) await act(client, dice, count)
    }),
})

const opened = ({ port, intruder }: Ground): Promise<LinkClient | undefined> => LinkClient.open(port, intruder)

/** Upgrades that never end, and handshakes in which nothing is said. */
const slow: Attack = {
  name: 'upgrades and hellos by drops',
  run: async ({ port, intruder }, dice, count) => {
    const head = upgradeHead(connectionToken(intruder))
    await atOnce(40, async index => {
      const raw = new RawSocket({ port, host: '127.0.0.1' })
      const text = index % 2 === 0 ? head.slice(0, dice.between(1, head.length - 1)) : head
      for (const letter of [text.slice(0, 20), ...text.slice(20, 30).split(''), text.slice(30)]) {
        count()
        await raw.write(letter)
        await delay(20)
      }
      await raw.until(() => false, dice.between(100, 3_000))
      raw.end()
    })
  },
}

const heads: Attack = {
  name: 'upgrades that are nearly right',
  run: async ({ port, intruder }, dice, count) =>
    atOnce(30, async () => {
      count()
      const raw = new RawSocket({ port, host: '127.0.0.1' })
      await raw.write(mutatedText(dice, upgradeHead(connectionToken(intruder)), []))
      await raw.until(() => raw.text.length > 0, 300)
      raw.end()
    }),
}

/** Mischief on the link. */
export const linkAttacks: readonly Attack[] = [
  inState('frames before hello', challenged, talk),
  inState('hellos that are nearly right', challenged, async (client, dice, count) => {
    count()
    await client.text(mutatedJson(dice, hello))
    await client.raw.until(() => client.closeCode !== undefined, 500)
    client.raw.end()
  }),
  inState('frames in an open session', opened, talk),
  inState('bytes after the upgrade', challenged, garble),
  inState('bytes in an open session', opened, garble),
  inState('messages in pieces', opened, inPieces),
  inState('a flood whose answers are not read', opened, flood, 2),
  slow,
  heads,
]
