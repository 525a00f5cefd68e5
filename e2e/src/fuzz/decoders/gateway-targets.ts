import type { IncomingMessage } from 'node:http'
import { clientAddress, gatewayConfig, newJob, pageRequest, readCdnFile, readSignerPolicy, startOf } from '@platen/gateway/decoders'
import { isNestedTooDeeply, kinds } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { ids, inputs } from './valid.ts'
import { inFile } from './in-file.ts'
import { jsonTarget, textTarget, type Target } from './target.ts'

const options = {
  data: '/srv',
  host: '127.0.0.1',
  port: 8871,
  name: 'platen',
  signerSocket: '/s',
  trustProxy: '10.0.0.0/8, ::1',
  logLevel: 'info',
  keepDays: 30,
}
const signerPolicy = { version: 1, kinds: kinds.map(({ name }) => name), grantsPerMinute: 60_000, grantsPerSitePerMinute: 300 }
const addressOf = clientAddress(['127.0.0.1', '10.0.0.0/8', 'fd00::/8'])

/** Who asks, behind a proxy that is trusted. */
function forwarded(text: string): unknown {
  return addressOf({ socket: { remoteAddress: '127.0.0.1' }, headers: { 'x-forwarded-for': text } } as unknown as IncomingMessage)
}

/** A body, as far as its schema lets anything through. */
function asked(text: string): unknown {
  const body = parsed(text) as Readonly<Record<string, unknown>> | null | undefined
  if (typeof body?.['siteId'] !== 'string' || typeof body['kind'] !== 'string' || !('input' in body)) return undefined
  if (isNestedTooDeeply(body)) return undefined
  return newJob({ kinds, inputs: inputValidators, results: {} }, 'acct_1', body, 1_795_000_000_000)
}

const cdnAccount = { name: 'main', provider: 'cloudflare', token: 'secret', plan: 'free', for: ['acct_1'], api: 'https://cdn.example' }

/** What the gateway reads of requests and of its command line. */
export const gatewayTargets: readonly Target[] = [
  textTarget('X-Forwarded-For', ['203.0.113.5, 10.0.0.1', '::ffff:203.0.113.5', '2001:db8::1, fe80::1%eth0'], forwarded),
  jsonTarget('settings of the gateway', [options], text => {
    const told = parsed(text)
    return gatewayConfig(fitting(told) ? { ...options, ...told } : options)
  }),
  jsonTarget('files of CDN accounts', [{ accounts: [cdnAccount] }], inFile('cdn.json', readCdnFile)),
  jsonTarget(
    'policies of the signer',
    [signerPolicy],
    inFile('policy.json', (_path, folder) => readSignerPolicy(folder)),
  ),
  textTarget('networks of proxies', ['10.0.0.0/8, ::1', '192.168.0.0/16,fd00::/8', '10.0.0.1/99'], trustProxy =>
    gatewayConfig({ ...options, trustProxy }),
  ),
  textTarget('cursors', [Buffer.from('job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00').toString('base64url')], cursor =>
    pageRequest({ cursor, limit: '20' }),
  ),
  textTarget('pages of a list', ['20', '100'], limit => pageRequest({ limit })),
  textTarget('places in a stream', ['0', '17'], place => [startOf(place, undefined), startOf(undefined, place)]),
  jsonTarget(
    'jobs that the API is asked for',
    inputs.flatMap(input =>
      kinds.map(({ name }) => ({ siteId: ids.siteId, kind: name, input, pool: 'verifiers', notBefore: '2026-01-01T00:00:00Z' })),
    ),
    asked,
  ),
]

/** The command line gives texts and numbers, by name. */
function fitting(value: unknown): value is Partial<typeof options> {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(options).every(
    ([name, usual]) => !Object.hasOwn(value, name) || typeof (value as Record<string, unknown>)[name] === typeof usual,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Nothing was told.
    return undefined
  }
}
