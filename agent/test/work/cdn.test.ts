import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

  it('has what the CDN does later signed, after the agent was stopped and started again', async test => {
    const away = await enrolledAgent(test, 'http://127.0.0.1:1')
    const { id, receipt } = await away.run('cache.purge', { cdn })
    await away.launched.stop()
    const gateway = new WireGateway()
    await gateway.listen()
    test.after(() => gateway.close())
    const identity = identityPath(away.policy)
    writeFileSync(identity, JSON.stringify({ ...(JSON.parse(readFileSync(identity, 'utf8')) as object), gateways: [gateway.url] }))
    const { control, launched } = await startTestAgent(test, {}, away.folder)
    const socket = await gateway.next()
    await socket.welcome()
    const { purgeId } = await socket.next('cdn.request')
    socket.send({ type: 'cdn.outcome', purgeId, outcome: 'purged' })
    while ((await control.receipts(0)).lines.length < 3) await new Promise(setImmediate)
    await launched.stop()
    const journal = openJournal(join(away.policy.agent.state, 'journal.db'))
    const [last, followUps] = [journal.lastReceipt()?.receipt, journal.followUps.of(id)]
    journal.close()
    assert.deepEqual([receipt?.seq, last?.type === 'follow' && last.follows], [2, { seq: 2, hash: receipt?.hash }])
    assert.deepEqual(
      followUps.map(({ outcome }) => outcome),
      ['purged'],
    )
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
