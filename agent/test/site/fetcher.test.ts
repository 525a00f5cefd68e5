import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { pageFetcher } from '../../src/site/fetcher.ts'

let server: Server
let port: number
let answer: (request: IncomingMessage, response: ServerResponse) => void
let requests = 0

before(async () => {
  server = createServer((request, response) => {
    requests += 1
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => server.close())
beforeEach(() => {
  requests = 0
  answer = (_request, response) => response.end('page')
})

const site = { root: '/nowhere', url: 'https://shop.example', user: 'nobody' }
const fetcher = (bounds?: { fetchMs: number; responseBytes: number }): ReturnType<typeof pageFetcher> =>
  pageFetcher({ site, nginx: { host: '127.0.0.1', port, tls: false, user: 'www-data', cacheHeader: 'X-Cache' } }, bounds)

describe('fetching a page of the site', () => {
  it('goes to the pinned address with the site’s host, whatever DNS says', async () => {
    answer = ({ url, method, headers }, response) =>
      response.end(JSON.stringify([method, url, headers.host, headers['x-forwarded-proto'], headers['x-extra']]))
    const page = await fetcher().fetch('https://shop.example/a%20b/?c=d#part', { headers: { 'x-extra': 'yes', host: 'evil.example' } })
    assert.deepEqual(JSON.parse(page.body.toString()), ['GET', '/a%20b/?c=d', 'shop.example', 'https', 'yes'])
  })

  it('gives status and headers, and follows no redirect', async () => {
    answer = (_request, response) =>
      response
        .writeHead(
          301,
          [
            ['Location', 'https://other.example/'],
            ['X-Cache', 'HIT'],
            ['Vary', 'A'],
            ['Vary', 'B'],
          ].flat(),
        )
        .end()
    const page = await fetcher().fetch('https://shop.example/')
    assert.deepEqual(
      [page.status, page.headers['location'], page.headers['x-cache'], page.headers['vary']],
      [301, 'https://other.example/', 'HIT', 'A, B'],
    )
    assert.equal(requests, 1)
  })

  for (const [encoding, pack] of [
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    it(`unpacks ${encoding}, and gives up on a small answer that unpacks to a huge one`, async () => {
      answer = ({ url }, response) =>
        response
          .writeHead(200, { 'content-encoding': encoding })
          .end(pack(url === '/bomb' ? Buffer.alloc(50_000_000) : Buffer.from('packed')))
      assert.equal((await fetcher().fetch('https://shop.example/')).body.toString(), 'packed')
      const before = process.memoryUsage().arrayBuffers
      await assert.rejects(fetcher({ fetchMs: 5_000, responseBytes: 1_000_000 }).fetch('https://shop.example/bomb'), {
        code: 'file.too_large',
      })
      assert.ok(process.memoryUsage().arrayBuffers - before < 60_000_000)
    })
  }

  it('takes a HEAD answer that tells an encoding but has no body', async () => {
    answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end()
    assert.equal((await fetcher().fetch('https://shop.example/', { method: 'HEAD' })).status, 200)
  })

  it('gives up on a body over the bound while it streams in', async () => {
    answer = (_request, response) => {
      const write = (): void => {
        if (response.write(Buffer.alloc(65_536))) setImmediate(write)
        else response.once('drain', write)
      }
      response.on('error', () => assert.fail('the client went away, which is no error'))
      write()
    }
    await assert.rejects(fetcher({ fetchMs: 5_000, responseBytes: 100_000 }).fetch('https://shop.example/'), { code: 'file.too_large' })
  })

  it('gives up at the deadline, before and within the body', async () => {
    const bounds = { fetchMs: 100, responseBytes: 1_000 }
    answer = (_request, response) => void response.writeHead(200).write('half')
    await assert.rejects(fetcher(bounds).fetch('https://shop.example/'), { code: 'page.unreachable' })
    answer = () => undefined
    await assert.rejects(fetcher(bounds).fetch('https://shop.example/'), { code: 'page.unreachable' })
  })

  it('ends with the caller’s own reason when it is called off', async () => {
    const abort = new AbortController()
    const reason = new Error('called off')
    answer = () => abort.abort(reason)
    await assert.rejects(fetcher().fetch('https://shop.example/', { signal: abort.signal }), reason)
    await assert.rejects(fetcher().fetch('https://shop.example/', { signal: abort.signal }), reason)
    assert.equal(requests, 1)
  })

  it('tells a page that broke off, packed nonsense and no HTTP at all from a page', async () => {
    answer = (_request, response) => void response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy())
    await assert.rejects(fetcher().fetch('https://shop.example/'), { code: 'page.unreachable' })
    answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip')
    await assert.rejects(fetcher().fetch('https://shop.example/'), { code: 'page.unreachable' })
    answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'rot13' }).end('cntr')
    await assert.rejects(fetcher().fetch('https://shop.example/'), { code: 'page.unreachable' })
    const nonsense = createTcpServer(socket => socket.end('no http\r\n\r\n'))
    await new Promise<void>(resolve => nonsense.listen(0, '127.0.0.1', resolve))
    const { port } = nonsense.address() as AddressInfo
    const nginx = { host: '127.0.0.1', port, tls: false, user: 'www-data', cacheHeader: 'X-Cache' }
    await assert.rejects(pageFetcher({ site, nginx }).fetch('https://shop.example/'), { code: 'page.unreachable' })
    nonsense.close()
  })

  it('says nginx.unavailable where nothing listens, page.unreachable where there is no nginx', async () => {
    const nginx = { host: '127.0.0.1', port: 1, tls: false, user: 'www-data', cacheHeader: 'X-Cache' }
    await assert.rejects(pageFetcher({ site, nginx }).fetch('https://shop.example/'), { code: 'nginx.unavailable' })
    const demo = pageFetcher({ site: { ...site, url: 'http://127.0.0.1:1' } })
    await assert.rejects(demo.fetch('http://127.0.0.1:1/'), { code: 'page.unreachable' })
  })

  it('goes to the site’s own address where the policy names no nginx', async () => {
    const url = `http://127.0.0.1:${port}`
    assert.equal((await pageFetcher({ site: { ...site, url } }).fetch(`${url}/`)).body.toString(), 'page')
  })

  const refused: readonly (readonly [string, string])[] = [
    ['http://shop.example/', 'url.foreign'],
    ['https://shop.example:8443/', 'url.foreign'],
    ['https://www.shop.example/', 'url.foreign'],
    ['https://shop.example.evil.example/', 'url.foreign'],
    ['https://evil.example/?https://shop.example/', 'url.foreign'],
    ['https://user@shop.example/', 'url.invalid'],
    ['https://user:word@shop.example/', 'url.invalid'],
    ['https://shop.example/a\r\nX-Evil: 1', 'url.invalid'],
    ['https://shop.ex\tample/', 'url.invalid'],
    [' https://shop.example/', 'url.invalid'],
    ['https:\\\\shop.example/', 'url.invalid'],
    ['file:///etc/passwd', 'url.invalid'],
    ['/path', 'url.invalid'],
    [`https://shop.example/${'x'.repeat(2_100)}`, 'url.invalid'],
  ]
  for (const [url, code] of refused) {
    it(`refuses ${JSON.stringify(url.slice(0, 60))} as ${code} without a request`, async () => {
      await assert.rejects(fetcher().fetch(url), { code })
      assert.equal(requests, 0)
    })
  }
})
