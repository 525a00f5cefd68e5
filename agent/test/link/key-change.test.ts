import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { LinkBench } from './link-bench.ts'

const denied = (): never => {
  throw new PlatenError('file.denied')
}

describe('a key file that can’t be written', { timeout: 60_000 }, () => {
  it('leaves the agent connected with the key that it has', async test => {
    const bench = await LinkBench.make(test)
    const keys = { isChanging: false, offer: denied, kept: () => false, refused: denied, tryOther: () => false, welcomed: denied }
    bench.identity = { ...bench.identity, keys }
    const socket = await bench.welcomed()
    await socket.next('state.report')
    socket.send({ type: 'key.rotate' })
    socket.send({ type: 'key.ack', publicKey: 'A'.repeat(43), refused: 'agent.revoked' })
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    assert.equal(bench.state, 'open')
  })
})
