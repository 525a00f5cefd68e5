import { PlatenError } from '@platen/protocol'
import { answerReader, answerValue, cgiAnswer, readStatus, recordReader, type FastCgiAnswer } from '@platen/agent/decoders'
import type { Dice } from '../../chaos/dice.ts'
import { mutatedBytes } from '../mutate-text.ts'
import { bytesTarget, jsonTarget, type Target } from './target.ts'
import { pluginValues } from './valid.ts'

const mostBytes = 1_048_576
const commands = Object.keys(pluginValues) as (keyof typeof pluginValues)[]
const fpmAnswer = Buffer.from('Status: 200 OK\r\nContent-Type: application/json\r\n\r\n{"ok":true,"value":{}}')
const records = Buffer.concat([
  record(6, fpmAnswer),
  record(7, Buffer.from('PHP Warning')),
  record(6, Buffer.alloc(0)),
  record(3, Buffer.alloc(8)),
])
const fpmStatus = { pool: 'www', 'process manager': 'dynamic', 'accepted conn': 5, 'listen queue': 0, 'start since': 100, processes: [] }

function record(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 0xff, 0, 0]), content])
}

/** FastCGI comes in pieces of any length, and what they hold is a CGI answer with JSON in it. */
function inPieces(bytes: Buffer): unknown {
  const answers: (FastCgiAnswer | undefined)[] = []
  const take = answerReader(
    mostBytes,
    answer => answers.push(answer),
    () => answers.push(undefined),
  )
  const size = (bytes[0] ?? 0) % 2 === 1 ? 1 + ((bytes.at(-1) ?? 0) % 64) : 16_384
  for (let at = 0; at < bytes.length && answers.length === 0; at += size) take(bytes.subarray(at, at + size))
  return answers[0] && cgiAnswer(answers[0].stdout)
}

/** One long record, in the smallest pieces: what is kept of it must not be copied with each. */
const longRecord: Target = {
  name: 'a FastCGI record byte by byte',
  valid: [record(6, Buffer.alloc(100, 65))],
  make: (dice: Dice) => mutatedBytes(dice, record(6, Buffer.alloc(dice.oneOf([100, 30_000, 65_535]), 65)), []),
  decode: input => {
    const read = recordReader()
    for (const byte of input as Buffer) if (!read(Buffer.from([byte]))) return false
    return true
  },
}

/** One answer, whichever command it is to. */
function pluginAnswer(text: string): boolean {
  const answer = { status: 200, retryAfter: false, body: Buffer.from(text), complaint: text }
  return commands.map(command => isTaken(() => answerValue(command, answer))).includes(true)
}

/** An error of the table is an answer, too. */
function isTaken(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof PlatenError && error.code !== 'internal') return false
    throw error
  }
}

/** What the agent reads of a PHP that may be in the wrong hands. */
export const phpTargets: readonly Target[] = [
  bytesTarget('FastCGI records', [records], inPieces),
  longRecord,
  bytesTarget('CGI answers', [fpmAnswer], cgiAnswer),
  jsonTarget(
    'answers of the plugin',
    [...Object.values(pluginValues).map(value => ({ ok: true, value })), { ok: false, code: 'php.failed', message: 'no' }],
    pluginAnswer,
  ),
  jsonTarget('the status page of PHP-FPM', [fpmStatus], readStatus),
]
