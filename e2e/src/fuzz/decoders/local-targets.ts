import { createHash, createHmac } from 'node:crypto'
import {
  answerLocal,
  checkSignature,
  formatNotice,
  formatOrder,
  jsonBody,
  jsonLog,
  launcherLineLength,
  lineSplitter,
  localTimeIn,
  parseNotice,
  parseOrder,
  SiteOwner,
  type LocalSubject,
} from '@platen/agent/decoders'
import { kinds, localSigningText, signatureHeaders, type DocumentPolicy } from '@platen/protocol'
import { corpusMessages, corpusWishes } from '../corpus.ts'
import { policy, ids } from './valid.ts'
import { jsonTarget, textTarget, type Target } from './target.ts'

const now = 1_795_000_000_000
const token = 'a0'.repeat(32)
const secret = 'a secret of thirty-two characters'
const run = { jobId: ids.jobId, kind: 'cache.purge', input: {}, origin: 'owner', attempt: 0, epoch: 0, runMs: 1, createdAt: now } as const
const log = jsonLog('fuzz', () => {})

/** A site whose jobs are all the same, and whose owner is heard in earnest. */
function subject(): LocalSubject {
  const kept = new Map<string, string>()
  const journal = { get: (name: string) => kept.get(name), set: (name: string, value: string) => void kept.set(name, value) }
  const owner = new SiteOwner({
    policy: policy as DocumentPolicy,
    journal,
    clock: { now: () => now, monotonic: () => now },
    localTimeIn,
    log,
  })
  const jobs = {
    create: () => ({ ...run, state: 'accepted' }),
    find: () => ({ ...run, state: 'accepted' }),
    recent: (limit: number) => Array.from({ length: limit }, () => ({ ...run, state: 'accepted' })),
    cancel: () => 'stopping',
    progressOf: () => undefined,
  } as unknown as LocalSubject['jobs']
  return {
    jobs,
    followUps: { of: () => [] },
    owner,
    purgeWaitMs: () => 0,
    status: () => ({}) as ReturnType<LocalSubject['status']>,
    receipts: () => ({ lines: [] }),
    rotateKey: () => {},
  }
}

/** A body for a route, as either audience; an owner who was heard has a say from then on, and after the next start. */
function asked(method: string, path: string, text: string): unknown {
  const site = subject()
  const request = { method, path, query: new URLSearchParams(), body: jsonBody(Buffer.from(text)) }
  const answer = answerLocal(site, 'plugin', request)
  for (const kind of kinds) (site.owner as SiteOwner).refusal(kind, 'platform')
  site.owner.view()
  return JSON.stringify(answer)
}

/** A line `METHOD /path?query`. */
function askedAt(line: string): unknown {
  const [method = '', target = ''] = line.split(' ')
  if (!URL.canParse(target, 'http://agent')) return undefined
  const { pathname, searchParams } = new URL(target, 'http://agent')
  return answerLocal(subject(), 'control', { method, path: pathname, query: searchParams, body: undefined })
}

/** Headers in JSON, over a body that they don't know. */
function signed(text: string): unknown {
  const headers = (jsonBody(Buffer.from(text)) ?? {}) as Record<string, string>
  checkSignature(secret, { method: 'POST', path: '/v1/jobs', headers, body: Buffer.from('{}') }, { nonce: () => true }, now)
  return true
}

function signature(): Record<string, string> {
  const [timestamp, nonce] = [String(now / 1_000), '0'.repeat(32)]
  const text = localSigningText({
    method: 'POST',
    path: '/v1/jobs',
    timestamp,
    nonce,
    bodyHash: createHash('sha256').update('{}').digest('hex'),
  })
  return {
    [signatureHeaders.timestamp]: timestamp,
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: createHmac('sha256', secret).update(text).digest('hex'),
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
  return found.includes(undefined) ? undefined : found
}

const usage = { cpuMs: 1, peakRssBytes: 2, readBytes: 3, writtenBytes: 4 }
const orders = [
  formatOrder({ verb: 'start', priority: 'usual', role: 'site', token, memoryMb: 512 }),
  formatOrder({ verb: 'stop', token }),
  'ready',
  'failed port.in_use',
]
const notices = (['clean', 'crashed', 'memory'] as const).map(exit => formatNotice({ token, exit, usage }))

/** What the agent and its launcher read of others in the container. */
export const localTargets: readonly Target[] = [
  textTarget('lines to and from the launcher', [`${orders.join('\n')}\n`, `${notices.join('\n')}\n`], lines),
  jsonTarget('jobs that the plugin asks for', corpusMessages('plugin-requests'), text => asked('POST', '/v1/jobs', text)),
  jsonTarget('wishes of the owner', corpusWishes(), text => asked('PUT', '/v1/owner', text)),
  textTarget(
    'routes of the local server',
    ['GET /v1/jobs?limit=5', `POST /v1/jobs/${ids.jobId}/cancel`, `GET /v1/jobs/${ids.jobId}`],
    askedAt,
  ),
  jsonTarget('signatures of requests', [signature()], signed),
]
