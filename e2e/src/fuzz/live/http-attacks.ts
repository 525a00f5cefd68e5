import { newId } from '@platen/protocol'
import type { Dice } from '../../chaos/dice.ts'
import { RawSocket } from '../../intruder/raw-socket.ts'
import { mutatedJson } from '../mutate-json.ts'
import { mutatedBytes, mutatedText } from '../mutate-text.ts'
import { atOnce, type Attack } from './attack.ts'

const bodies: readonly (readonly [path: string, body: object])[] = [
  ['/v1/jobs', { siteId: newId('site'), kind: 'lab.noop', input: { a: { b: [1] } }, notBefore: '2030-01-01T00:00:00Z' }],
  ['/v1/jobs:batch', { jobs: [{ siteId: newId('site'), kind: 'lab.noop', input: {} }] }],
  ['/v1/sites', { url: 'https://example.com/a' }],
  ['/v1/tokens', { name: 'deploy', scope: 'read' }],
  ['/v1/agents/enrol', { token: 'A'.repeat(43), publicKey: 'A'.repeat(43), siteUrl: 'https://example.com', version: '1' }],
  [`/v1/jobs/${newId('job')}/cancel`, {}],
  [`/v1/sites/${newId('site')}/enrolment`, {}],
  [`/v1/agents/${newId('agent')}/revoke`, {}],
]

const addresses: readonly string[] = [
  '/v1/jobs?limit=10&cursor=am9i&state=queued&kind=a.b&siteId=x',
  '/v1/sites?limit=1',
  '/v1/agents',
  '/v1/audit?cursor=%00%ff',
  `/v1/jobs/${newId('job')}`,
  '/v1/kinds',
  '/openapi.json',
  '/',
  '/healthz',
]

function request(method: string, path: string, token: string, body: string, extra: readonly string[] = []): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: gateway', `Authorization: Bearer ${token}`, ...extra]
  if (body !== '') lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

function oddHeader(dice: Dice): string {
  return dice.oneOf([
    'Idempotency-Key: a',
    `Idempotency-Key: ${'k'.repeat(300)}`,
    'Idempotency-Key: \u0080\u00ff',
    'Last-Event-ID: 1e9',
    'Transfer-Encoding: chunked',
    'Content-Encoding: gzip',
    'X-Forwarded-For: 1, ::1%lo, \u00ff',
    'Expect: 100-continue',
    'Connection: Upgrade, keep-alive',
    `X-Long: ${'x'.repeat(20_000)}`,
  ])
}

async function sent(port: number, data: string | Buffer, waitMs: number): Promise<void> {
  const raw = new RawSocket({ port, host: '127.0.0.1' })
  await raw.write(data)
  await raw.until(() => raw.text.length > 0, waitMs)
  raw.end()
}

/** Mischief on the API's port. */
export const httpAttacks: readonly Attack[] = [
  {
    name: 'bodies that are nearly right',
    run: ({ port, api }, dice, count) =>
      atOnce(30, async () => {
        count()
        const [path, body] = dice.oneOf(bodies)
        const extra = dice.between(0, 2) === 0 ? [oddHeader(dice)] : []
        // With a key: what is asked under one is hashed before it is judged.
        await sent(port, request('POST', path, api.token, mutatedJson(dice, body), ['Idempotency-Key: fuzz', ...extra]), 3_000)
      }),
  },
  {
    name: 'addresses that are nearly right',
    run: ({ port, api }, dice, count) =>
      atOnce(30, async () => {
        count()
        await sent(
          port,
          request(
            dice.oneOf(['GET', 'HEAD', 'PUT', 'OPTIONS']),
            mutatedText(dice, dice.oneOf(addresses), addresses).slice(0, 20_000),
            api.token,
            '',
            [oddHeader(dice)],
          ),
          1_000,
        )
      }),
  },
  {
    name: 'what is no HTTP',
    run: ({ port, api }, dice, count) =>
      atOnce(30, async () => {
        count()
        const valid = Buffer.from(request('POST', '/v1/sites', api.token, '{"url":"https://example.com"}'))
        const tls = Buffer.from('1603010200010001fc0303', 'hex')
        await sent(port, mutatedBytes(dice, dice.oneOf([valid, tls, Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')]), [valid]), 300)
      }),
  },
  {
    name: 'requests by halves, and answers that are not read',
    run: ({ port, api, healthy }, dice, count) =>
      atOnce(40, async index => {
        count()
        const raw = new RawSocket({ port, host: '127.0.0.1' })
        const stream = request('GET', `/v1/sites/${healthy.siteId}/events`, api.token, '')
        const half = request('POST', '/v1/jobs', api.token, 'x'.repeat(1_000)).slice(0, -dice.between(1, 900))
        await raw.write(index % 2 === 0 ? stream : half)
        raw.goDeaf()
        await raw.until(() => false, dice.between(100, 3_000))
        raw.end()
      }),
  },
]
