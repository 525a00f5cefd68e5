import {
  checkBundle,
  checkedAnswer,
  codeOf,
  collectAssets,
  cutLines,
  keyFormat,
  movedImport,
  movedValue,
  parseChange,
  parseManifest,
  parsePage,
  parsePolicy,
  parseRecord,
  pathSteps,
  prefixPattern,
  readState,
  siteUrl,
  sniff,
} from '@platen/agent/decoders'
import type { DocumentPolicy } from '@platen/protocol'
import { bundle, ids, policy, spooled } from './valid.ts'
import { bytesTarget, jsonTarget, textTarget, type Target } from './target.ts'
import { workerTarget } from './worker-target.ts'

const page = `<!doctype html><base href="/a/"><link rel="stylesheet" href="a.css?ver=1" media="print"><style>p{}</style>
<script src='//cdn.example/b.js' defer></script><script type=module>1</script><template><script src=c.js></script></template>`

/** What PHP appends to the spool, with whatever stands between its line feeds. */
function spool(bytes: Buffer): unknown {
  return cutLines(bytes, bytes[0] === 0, 64).lines.map(line => parsePage(line) ?? parseChange(line))
}

const spoolFile = Buffer.from(spooled.map(line => `${JSON.stringify(line)}\n`).join(''))

/** Brackets that are too deep for the parser's recursion: the minifier leaves such a style sheet alone, whatever its parts throw. */
function moved(text: string): unknown {
  const base = 'https://example.com/a/b/'
  try {
    return [movedValue(text, base), movedImport(text, base)]
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000049444154', 'hex')

/** What the agent reads of workers, PHP, and the site's files. */
export const agentTargets: readonly Target[] = [
  workerTarget,
  bytesTarget('lines of the spool', [spoolFile], spool),
  jsonTarget('enrolment bundles', [bundle], text => checkBundle(text, policy as DocumentPolicy, 0)),
  jsonTarget('answers to an enrolment', [{ agentId: ids.agentId, siteId: ids.siteId, gateway: 'platen' }], text =>
    checkedAnswer('https://gateway.example', parsed(text)),
  ),
  jsonTarget('answers to a refused upgrade', [{ type: 'about:blank', status: 403, code: 'agent.revoked', time: 0 }], codeOf),
  jsonTarget('policy files', [policy], text => parsePolicy(text, 'policy.json')),
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
  textTarget('what Redis tells of itself', ['# Server\r\nredis_version:7.2.4\r\nused_memory:1024\r\n'], text => readState(text, 1)),
  textTarget('keys of the page cache', ['httpsGETexample.com/a?b=c', 'https|example.com|/'], text => [
    keyFormat(undefined, 'https://example.com').urlOf(text),
    keyFormat('$device$scheme|$host|$request_uri$lang', 'https://example.com').urlOf(text),
  ]),
  textTarget(
    'addresses in style sheets',
    ['url( "a.png?b" ) no-repeat, image-set("b.png" 1x, url(c\\2e png) 2x)', '"a.css" screen'],
    moved,
  ),
  textTarget('pages', [page], text => collectAssets(text, 'https://example.com/')),
]

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is not JSON is stopped by the reader before these checks.
    return undefined
  }
}
