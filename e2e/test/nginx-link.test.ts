import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { freePort, skipWithoutEngines, startNginx, type Nginx } from '@platen/lab'
import { subprotocol } from '@platen/protocol'
import { BothEnds, until } from './both-ends.ts'

const skip = await skipWithoutEngines()
const snippet = readFileSync(join(import.meta.dirname, '..', '..', 'deploy', 'nginx', 'platen-gateway.conf'), 'utf8')

/** The snippet of the documentation in a server of its own; only the ports are the test's. */
function config(port: number, gatewayPort: number): string {
  return `
    events { worker_connections 256; }
    http {
      access_log off;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      server { listen 127.0.0.1:${port}; ${snippet.replaceAll('127.0.0.1:8871', `127.0.0.1:${gatewayPort}`)} }
    }
    pid nginx.pid;`
}

describe('a gateway behind nginx', { skip, timeout: 120_000 }, () => {
  let ends: BothEnds
  let nginx: Nginx
  let port: number

  before(async () => {
    ends = await BothEnds.make({ trustProxy: ['127.0.0.1'], rates: { refusalsPerMinute: 2 } })
    port = await freePort()
    nginx = await startNginx(ends.folder, config(port, ends.port), port)
    ends.via = `http://127.0.0.1:${port}`
    await ends.enrol()
    ends.startAgent()
  })
  after(async () => {
    await ends.link?.close()
    await nginx.stop()
    await ends.remove()
  })

  it('carries jobs to an agent that connects through it', async () => {
    await ends.carryOne()
    assert.equal(ends.gateway.connected(), 1)
  })

  it('goes on when nginx reads its config again', async () => {
    nginx.reload()
    await ends.carryOne()
    assert.equal(ends.gateway.connected(), 1)
  })

  it('gets its agent back when nginx was gone', async () => {
    await nginx.stop()
    await until(() => ends.link?.state.state !== 'open', 'lost')
    const id = await ends.queue()
    await nginx.start()
    await until(async () => (await ends.stateOf(id)) === 'succeeded', 'succeeded')
  })

  it('gets its agent back when it was gone itself', async () => {
    await ends.stopGateway()
    await until(() => ends.link?.state.state !== 'open', 'lost')
    await ends.startGateway({ trustProxy: ['127.0.0.1'], rates: { refusalsPerMinute: 2 } })
    await ends.carryOne()
  })

  it('holds refused tokens against the address that nginx saw, not against one that is made up', async () => {
    const answers: string[] = []
    for (const claimed of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) answers.push(await knock(port, '127.0.0.2', claimed))
    assert.deepEqual(answers, ['401', '401', '503'])
    assert.equal(await knock(port, '127.0.0.3', '127.0.0.2'), '401')
  })
})

/** The status of an upgrade with a wrong token, from an address of this machine and with a made-up X-Forwarded-For. */
function knock(port: number, localAddress: string, claimed: string): Promise<string> {
  const head = [
    'GET /v1/agents/link HTTP/1.1',
    'Host: gateway.test',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    'Authorization: Bearer wrong',
    `X-Forwarded-For: ${claimed}`,
  ]
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    socket.once('data', data => {
      resolve(data.toString('latin1').split(' ')[1] ?? '')
      socket.destroy()
    })
    socket.once('error', reject)
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
  })
}
