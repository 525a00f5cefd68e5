import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { freePort } from '@platen/lab'

describe('choosing a port', () => {
  it('gives one that can be listened on', async () => {
    const server = createServer().listen(await freePort(), '127.0.0.1')
    await once(server, 'listening')
    server.close()
  })

  it('refuses a wanted port that is taken, and says how to find out by whom', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    await assert.rejects(freePort((server.address() as AddressInfo).port), { code: 'lab.port_in_use', hint: /ss -ltnp/ })
    server.close()
  })
})
