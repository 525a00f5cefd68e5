import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import {
  answerValue,
  cgiAnswer,
  checkBundle,
  cutLines,
  launcherLineLength,
  lineSplitter,
  parseChange,
  parseManifest,
  parseNotice,
  parseOrder,
  parsePage,
  parseRecord,
  pathSteps,
  prefixPattern,
  recordReader,
  siteUrl,
  sniff,
} from '@platen/agent/decoders'
import type { Dice } from '../../chaos/dice.ts'
import { corpusMessages } from '../corpus.ts'
import { mutatedBytes } from '../mutate-text.ts'
import { bundle, policy } from './valid.ts'
import { bytesTarget, jsonTarget, textTarget, type Target } from './target.ts'
import { workerTarget } from './worker-target.ts'

const token = 'a0'.repeat(32)
const fpmAnswer = Buffer.from('Status: 200 OK\r\nContent-Type: application/json\r\n\r\n{"ok":true,"value":{}}')
const records = Buffer.concat([
  record(6, fpmAnswer),
  record(7, Buffer.from('PHP Warning')),
  record(6, Buffer.alloc(0)),
  record(3, Buffer.alloc(8)),
])

function record(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 0xff, 0, 0]), content])
}

/** FastCGI comes in pieces of any length, and what they hold is a CGI answer with JSON in it. */
function inPieces(bytes: Buffer): unknown {
  const read = recordReader()
  const size = (bytes[0] ?? 0) % 2 === 1 ? 1 + ((bytes.at(-1) ?? 0) % 64) : 16_384
  const content: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const pieces = read(bytes.subarray(at, at + size))
    if (!pieces) return undefined
    content.push(...pieces.map(piece => piece.content))
  }
  return cgiAnswer(Buffer.concat(content))
}

/** One long record, in the smallest pieces: what is kept of it must not be copied with each. */
const longRecord: Target = {
  name: 'a FastCGI record byte by byte',
  make: (dice: Dice) => mutatedBytes(dice, record(6, Buffer.alloc(dice.oneOf([100, 30_000, 65_535]), 65)), []),
  decode: input => {
    const read = recordReader()
    for (const byte of input as Buffer) if (!read(Buffer.from([byte]))) return false
    return true
  },
}

function pluginAnswer(text: string): unknown {
  const answer = { status: 200, retryAfter: false, body: Buffer.from(text), complaint: text }
  return (['site.describe', 'site.health', 'images.list', 'assets.state'] as const).map(command => told(() => answerValue(command, answer)))
}

/** An error of the table is an answer, too. */
function told(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof PlatenError && error.code !== 'internal') return error.code
    throw error
  }
}

/** Lines of the launcher's and the workers' sockets, in pieces. */
function lines(text: string): unknown {
  const split = lineSplitter(launcherLineLength)
  const found: unknown[] = []
  for (let at = 0; at < text.length; at += 7) {
    const whole = split(text.slice(at, at + 7))
    if (!whole) return undefined
    found.push(...whole.map(line => parseOrder(line) ?? parseNotice(line)))
  }
  return found
}

/** What PHP appends to the spool, with whatever stands between its line feeds. */
function spool(bytes: Buffer): unknown {
  return cutLines(bytes, bytes[0] === 0, 64).lines.map(line => parsePage(line) ?? parseChange(line))
}

const spooled = Buffer.from(
  [
    { at: 1_795_100_000_123_456, url: 'http://shop.example/', status: 200, tags: ['post:1', 'option:blogname'], partial: true },
    { at: 1_795_100_000_123_456, what: 'x', tags: ['post:1'], hidden: [], urls: ['http://shop.example/'], trees: [] },
  ]
    .map(line => `${JSON.stringify(line)}\n`)
    .join(''),
)

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000049444154', 'hex')

/** What the agent reads of workers, PHP, and the site's files. */
export const agentTargets: readonly Target[] = [
  workerTarget,
  textTarget(
    'lines to the launcher',
    [`start site ${token} 512\nready\n`, `stop ${token}\nfailed port.in_use\nended ${token} clean\n`],
    lines,
  ),
  bytesTarget('FastCGI records', [records], inPieces),
  longRecord,
  bytesTarget('lines of the spool', [spooled], spool),
  bytesTarget('CGI answers', [fpmAnswer], cgiAnswer),
  jsonTarget(
    'answers of the plugin',
    [{ ok: true, value: {} }, { ok: false, code: 'php.failed', message: 'no' }, ...corpusMessages('calls')],
    pluginAnswer,
  ),
  jsonTarget('enrolment bundles', [bundle], text => checkBundle(text, policy as DocumentPolicy, 0)),
  jsonTarget(
    'manifests',
    [
      {
        version: 1,
        files: {
          'https://e.com/a.css': {
            file: `platen/assets/${'0'.repeat(32)}.css`,
            version: '',
            source: 'a.css',
            bytes: 1,
            modified: 1,
            recipe: 1,
          },
        },
        pages: ['/'],
      },
    ],
    parseManifest,
  ),
  jsonTarget(
    'image records',
    [{ version: 1, settings: 'a', state: 'made', prints: { 'a.jpg': { size: 1, modifiedMs: 1, sha256: 'a' } }, webp: { 'a.jpg': 1 } }],
    parseRecord,
  ),
  bytesTarget('first bytes of images', [png, Buffer.from('ffd8ffe000104a464946', 'hex')], sniff),
  textTarget('paths of files', ['2024/05/a.jpg', 'wp-content/uploads/é.png'], pathSteps),
  textTarget('addresses of pages', ['https://example.com/a?b=c#d', '/a/../b', 'https://example.com:443/%zz'], text =>
    siteUrl(text, 'https://example.com'),
  ),
  textTarget('prefixes in Redis', ['wp:', 'a*b?[c]\\'], text => prefixPattern(text)),
]
