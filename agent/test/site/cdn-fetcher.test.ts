import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { PageFetcher } from '../../src/ports/page-fetcher.ts'
import { cdnFetcher } from '../../src/site/fetcher.ts'

/** Of a key that nobody uses, for shop.example, signed by itself, good from 2020 to 2100. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiCEeCg/pr+hCT+GH
qRdC+ZtPvg6zPvibn79kKFdkdsOhRANCAARZ2LQKlZN8Rpw5/sRA7Hg4kUs+eGOl
U7VHWBI/DXj73rLQpw7e2ntGfJ9gxjaZ3/VkZtAo/tPp6+uq//M7hCTm
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBaTCCARCgAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxzaG9wLmV4
YW1wbGUwIBcNMjAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBaMBcxFTATBgNV
BAMMDHNob3AuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFnYtAqV
k3xGnDn+xEDseDiRSz54Y6VTtUdYEj8NePvestCnDt7ae0Z8n2DGNpnf9WRm0Cj+
0+nr66r/8zuEJOajSzBJMA8GA1UdEwEB/wQFMAMBAf8wFwYDVR0RBBAwDoIMc2hv
cC5leGFtcGxlMB0GA1UdDgQWBBQTKlAR3B1ASGiU8hn39buPCgaA+zAKBggqhkjO
PQQDAgNHADBEAiAz6wocKNH3p8cVoUrhcohYyVSMhzcmW0O78gdUPZeThwIgEZNY
2L53Fy54goxJO7eT5PDkQ7frd+oYSKPfNUymuC0=
-----END CERTIFICATE-----`

const listen = async (server: Server, host: string): Promise<string> => {
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
const fetcher = (url: string, address: string, bounds?: { fetchMs: number; responseBytes: number }): PageFetcher => {
  const found = cdnFetcher({ site: { root: '/nowhere', url, user: 'nobody' }, cdn: { address } }, bounds)
  assert.ok(found)
  return found
}

describe('fetching a page through the CDN', () => {
  const asked: IncomingMessage[] = []
  const answer: RequestListener = (request, response) => {
    asked.push(request)
    if (request.url === '/moved') response.writeHead(302, { location: '/' })
    if (request.url === '/long') response.write(Buffer.alloc(2_000))
    if (request.url !== '/silent') response.end('page')
  }
  const plain = createServer(answer)
  const other = createServer(answer)
  const secure = createTlsServer({ key, cert }, answer)
  let address: string
  let six: string
  let secured: string
  before(async () => {
    address = await listen(plain, '127.0.0.1')
    six = await listen(other, '::1')
    secured = await listen(secure, '127.0.0.1')
  })
  after(() => {
    for (const server of [plain, other, secure]) server.close()
  })

  it('goes to the address that is pinned, of either version, with the site’s host and nothing that a visitor would not send', async () => {
    for (const place of [address, six]) {
      assert.equal((await fetcher('http://shop.example', place).fetch('http://shop.example/a?b#c')).body.toString(), 'page')
      const { url, headers } = asked.at(-1) as IncomingMessage
      assert.deepEqual([url, headers.host], ['/a?b', 'shop.example'])
      assert.deepEqual(Object.keys(headers).toSorted(), ['accept-encoding', 'connection', 'host', 'user-agent'])
    }
  })

  it('follows no redirect by itself, and bounds body and time', async () => {
    const bounds = { fetchMs: 100, responseBytes: 1_000 }
    const pages = fetcher('http://shop.example', address, bounds)
    assert.equal((await pages.fetch('http://shop.example/moved')).status, 302)
    await assert.rejects(pages.fetch('http://shop.example/long'), { code: 'file.too_large' })
    await assert.rejects(pages.fetch('http://shop.example/silent'), { code: 'page.unreachable' })
  })

  it('asks for no page of another site, and says page.unreachable where nobody listens', async () => {
    await assert.rejects(fetcher('http://shop.example', address).fetch('http://other.example/'), { code: 'url.foreign' })
    await assert.rejects(fetcher('http://shop.example', '127.0.0.1:1').fetch('http://shop.example/'), { code: 'page.unreachable' })
  })

  it('takes with https no certificate but the site’s, on loopback as elsewhere', async test => {
    const pages = fetcher('https://shop.example', secured)
    await assert.rejects(pages.fetch('https://shop.example/'), { code: 'page.unreachable' })
    const usual = getCACertificates('default')
    test.after(() => setDefaultCACertificates(usual))
    setDefaultCACertificates([cert])
    assert.equal((await pages.fetch('https://shop.example/')).body.toString(), 'page')
    const { socket, headers } = asked.at(-1) as IncomingMessage & { socket: { servername?: string } }
    assert.deepEqual([socket.servername, headers['x-forwarded-proto']], ['shop.example', undefined])
    await assert.rejects(fetcher('https://other.example', secured).fetch('https://other.example/'), { code: 'page.unreachable' })
  })

  it('is of no site without an address', () => {
    assert.equal(cdnFetcher({ site: { root: '/nowhere', url: 'http://shop.example', user: 'nobody' } }), undefined)
  })
})
