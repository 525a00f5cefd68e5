import type { IncomingMessage } from 'node:http'
import { clientAddress, gatewayConfig, pageRequest } from '@platen/gateway/decoders'
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
const addressOf = clientAddress(['127.0.0.1', '10.0.0.0/8', 'fd00::/8'])

/** Who asks, behind a proxy that is trusted. */
function forwarded(text: string): unknown {
  return addressOf({ socket: { remoteAddress: '127.0.0.1' }, headers: { 'x-forwarded-for': text } } as unknown as IncomingMessage)
}

/** What the gateway reads of requests and of its command line. */
export const gatewayTargets: readonly Target[] = [
  textTarget('X-Forwarded-For', ['203.0.113.5, 10.0.0.1', '::ffff:203.0.113.5', '2001:db8::1, fe80::1%eth0'], forwarded),
  jsonTarget('settings of the gateway', [options], text => {
    const told = parsed(text)
    return gatewayConfig(fitting(told) ? { ...options, ...told } : options)
  }),
  textTarget('networks of proxies', ['10.0.0.0/8, ::1', '192.168.0.0/16,fd00::/8', '10.0.0.1/99'], trustProxy =>
    gatewayConfig({ ...options, trustProxy }),
  ),
  textTarget('cursors', [Buffer.from('job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00').toString('base64url')], cursor =>
    pageRequest({ cursor, limit: cursor.slice(0, 3) }),
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
