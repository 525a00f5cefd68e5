import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '@platen/protocol'
import { identityPath, writeIdentity } from '../../src/identity/identity-file.ts'
import { newKeyPair } from '../../src/identity/key-pair.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { WireGateway } from '../link/wire-gateway.ts'
import { startTestAgent, type TestAgent } from '../support/test-agent.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testPolicy } from '../support/test-policy.ts'

const cdn = 'http://site.test/'

/** An agent with real processes that is enrolled at a gateway. */
async function enrolledAgent(test: TestContext, gateway: string): Promise<TestAgent> {
  const folder = tempFolder(test)
  const policy = testPolicy(folder)
  mkdirSync(policy.agent.state, { recursive: true, mode: 0o700 })
  const names = { agentId: newId('agent'), siteId: newId('site'), gateway: 'gateway.test', gateways: [gateway] }
  writeIdentity(identityPath(policy), { version: 1, ...names, signerRoot: newKeyPair().publicKey, ...newKeyPair() })
  return await startTestAgent(test, {}, folder)
}

describe('a job in a worker process that has pages purged at the CDN', { timeout: 120_000 }, () => {
  it('has the main process ask the gateway, and hears its word', async test => {
    const gateway = new WireGateway()
    await gateway.listen()
    test.after(() => gateway.close())
    const agent = await enrolledAgent(test, gateway.url)
    const socket = await gateway.next()
    await socket.welcome()
    const job = agent.run('cache.purge', { cdn })
    const { purgeId, what } = await socket.next('cdn.request')
    assert.deepEqual(what, { urls: [cdn] })
    socket.send({ type: 'cdn.outcome', purgeId, outcome: 'purged' })
    assert.deepEqual((await job).result, { summary: 'asked', cdn: { outcome: 'purged' } })
  })

  it('hears that the gateway is away, and leaves its wish on record', async test => {
    const agent = await enrolledAgent(test, 'http://127.0.0.1:1')
    const { id, result } = await agent.run('cache.purge', { cdn })
    assert.deepEqual(result, { summary: 'asked', cdn: { outcome: 'pending', code: 'gateway.unreachable' } })
    await agent.launched.stop()
    const journal = openJournal(join(agent.policy.agent.state, 'journal.db'))
    const waiting = journal.cdn.next(() => false)
    journal.close()
    assert.deepEqual([waiting?.what, waiting?.jobs], [{ urls: [cdn] }, [id]])
  })

  it('hears that there is none where the site has no gateway', async test => {
    const { run } = await startTestAgent(test)
    assert.deepEqual((await run('cache.purge', { cdn })).result, { summary: 'asked', cdn: { outcome: 'absent' } })
  })

  it('is refused what other kinds have nothing to do with', async test => {
    const { run } = await startTestAgent(test)
    assert.equal((await run('test.light', { cdn })).error?.code, 'policy.denied')
  })
})
