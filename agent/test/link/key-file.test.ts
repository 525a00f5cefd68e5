import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { newId, PlatenError } from '@platen/protocol'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { Link } from '../../src/link/link.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { JobsDouble } from './jobs-double.ts'
import { TestSigner, testKey } from './test-signer.ts'
import { WireGateway } from './wire-gateway.ts'

const denied = (): never => {
  throw new PlatenError('file.denied')
}

describe('a key file that can’t be written', { timeout: 60_000 }, () => {
  it('leaves the agent connected with the key that it has', async test => {
    const gateway = new WireGateway()
    await gateway.listen()
    const journal = openJournal(join(tempFolder(test), 'journal.db'))
    const ids = { agentId: newId('agent'), siteId: newId('site'), instanceId: newId('inst') }
    const keys = { isChanging: false, offer: denied, kept: () => false, refused: denied, tryOther: () => false, welcomed: denied }
    const at = { gateway: 'gateway.test', gateways: [gateway.url], signerRoot: new TestSigner().root }
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const identity = { ...ids, ...at, sign: testKey().sign, keys }
    const link = new Link({
      identity,
      jobs: new JobsDouble(),
      journal,
      clock: systemClock,
      log,
      version: '0',
      kinds: [],
      facts: () => ({}),
    })
    const socket = await gateway.next()
    await socket.welcome()
    socket.send({ type: 'key.rotate' })
    socket.send({ type: 'key.ack', publicKey: 'A'.repeat(43), refused: 'agent.revoked' })
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    assert.equal(link.state.state, 'open')
    await link.close()
    journal.close()
    await gateway.close()
  })
})
