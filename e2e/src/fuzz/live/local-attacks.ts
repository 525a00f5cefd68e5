import type { Dice } from '../../chaos/dice.ts'
import { RawSocket } from '../../intruder/raw-socket.ts'
import { corpusMessages } from '../corpus.ts'
import { grant } from '../decoders/valid.ts'
import { mutatedJson } from '../mutate-json.ts'
import { mutatedBytes, mutatedText } from '../mutate-text.ts'
import { atOnce, type Attack } from './attack.ts'

const requests = corpusMessages('plugin-requests')
const greeting = `{"type":"here","token":"${'0'.repeat(64)}"}\n{"type":"progress","done":1,"total":2,"note":"n"}\n`
const { expiresAt: _expiresAt, ...signing } = grant as Record<string, unknown>

function post(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: agent\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

const sayings: Readonly<Record<'plugin' | 'control' | 'signer' | 'door', (dice: Dice) => string>> = {
  plugin: dice =>
    dice.between(0, 3) === 0
      ? mutatedText(dice, 'GET /v1/jobs?limit=5 HTTP/1.1\r\nHost: agent\r\n\r\n', [])
      : post('/v1/jobs', mutatedJson(dice, dice.oneOf(requests))),
  control: dice => post(dice.oneOf(['/v1/jobs', '/v1/jobs/x/cancel', '/v1/status']), mutatedJson(dice, dice.oneOf(requests))),
  signer: dice => post('/sign', dice.between(0, 9) === 0 ? mutatedJson(dice, [signing]) : `[${mutatedJson(dice, signing)}]`),
  door: dice => mutatedText(dice, greeting, []),
}

/** Mischief on the Unix sockets of an agent at work and of the signer. */
export const localAttacks: readonly Attack[] = (['plugin', 'control', 'signer', 'door'] as const).map(name => ({
  name: `the ${name === 'door' ? 'workers’ door' : `${name}’s socket`}`,
  run: async ({ sockets }, dice, count) =>
    atOnce(24, async () => {
      const raw = new RawSocket({ path: sockets[name] })
      for (let left = dice.between(1, 5); left > 0 && raw.isOpen; left -= 1) {
        count()
        const text = sayings[name](dice)
        await raw.write(dice.between(0, 3) === 0 ? mutatedBytes(dice, Buffer.from(text), []) : text)
        // Some are silent in the middle of a word.
        await raw.until(() => false, dice.oneOf([1, 5, 400]))
      }
      raw.end()
    }),
}))
