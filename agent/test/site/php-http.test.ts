import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { localSigningText } from '@platen/protocol'
import { phpSignedHttp } from '../../src/site/php-http.ts'
import { systemClock } from '../../src/system/system-clock.ts'

const secret = 's'.repeat(32)
let server: Server
let url: string
let answer: (request: IncomingMessage, body: string, response: ServerResponse) => void

before(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    request.on('end', () => answer(request, body, response))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => server.close())

const channel = (path = ''): ReturnType<typeof phpSignedHttp> =>
  phpSignedHttp({ site: { root: '/', url: `${url}${path}`, user: 'u' }, php: { http: true, secret } }, systemClock)

describe('a signed call to the plugin over HTTP', () => {
  for (const path of ['', '/', '/blog', '/blog/']) {
    it(`is signed as it was sent, on a site at "${path}"`, async () => {
      answer = ({ method = '', url: path = '', headers }, body, response) => {
        const timestamp = String(headers['x-platen-timestamp'])
        const nonce = String(headers['x-platen-nonce'])
        const bodyHash = createHash('sha256').update(body).digest('hex')
        const text = localSigningText({ method, path, timestamp, nonce, bodyHash })
        assert.equal(headers['x-platen-signature'], createHmac('sha256', secret).update(text).digest('hex'))
        assert.match(path, /^(\/blog)?\/\?platen-call=1$/)
        assert.ok(Math.abs(Number(timestamp) - Date.now() / 1_000) < 5)
        response.end('{"ok":true,"value":{"available":true,"count":1}}')
      }
      assert.deepEqual(await channel(path).call('opcache.reset', {}), { available: true, count: 1 })
    })
  }

  it('uses no nonce twice', async () => {
    const nonces = new Set<unknown>()
    answer = ({ headers }, _body, response) => {
      nonces.add(headers['x-platen-nonce'])
      response.end('{"ok":true,"value":{"available":true,"count":1}}')
    }
    for (let call = 0; call < 3; call++) await channel().call('opcache.reset', {})
    assert.equal(nonces.size, 3)
  })

  it('says what it means that another answers, nobody does, or nobody in time', async () => {
    answer = (_request, _body, response) => response.end('<html>a front page</html>')
    await assert.rejects(channel().call('opcache.reset', {}), { code: 'plugin.missing' })
    answer = (_request, _body, response) => response.end(Buffer.alloc(9_000_000))
    await assert.rejects(channel().call('opcache.reset', {}), { code: 'php.failed' })
    answer = () => undefined
    await assert.rejects(channel().call('opcache.reset', {}, { deadlineMs: 50 }), { code: 'php.timeout' })
    const nobody = phpSignedHttp({ site: { root: '/', url: 'http://127.0.0.1:1', user: 'u' }, php: { http: true, secret } }, systemClock)
    await assert.rejects(nobody.call('opcache.reset', {}), { code: 'php.unavailable' })
  })
})
