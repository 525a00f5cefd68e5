import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '@platen/protocol'
import type { Refusal } from '../../src/domain/policy.ts'
import { bench, offer, type RunsBench } from '../support/runs-bench.ts'
import { asker } from '../local/local-site.ts'
import { startTestAgent } from '../support/test-agent.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testPolicy } from '../support/test-policy.ts'

const everything = { everything: true, reason: 'a test' }

/** A site where everything may be purged twice at once, then once a minute. */
function strictSite(test: TestContext): RunsBench {
  const limits = { memoryMb: 256, purgeEverything: { burst: 2, everySeconds: 60 } }
  return bench(test, true, join(tempFolder(test), 'journal.db'), testPolicy('/srv', { limits }))
}

/** Asks at the site until it is refused; how often it was not. */
function askUntilRefused({ runs }: RunsBench): number {
  for (let taken = 0; taken < 20; taken += 1) {
    try {
      runs.create('cache.purge', everything, 'owner')
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'purge.too_often')
      return taken
    }
  }
  throw new Error('It is never refused.')
}

const offerEverything = ({ runs }: RunsBench): 'accepted' | Refusal =>
  runs.offer({ ...offer(1, 1, newId('job')), kind: 'cache.purge', input: everything })

describe('purges of everything', () => {
  it('are refused over the policy file’s rate, with the time at which they may be again', test => {
    const site = strictSite(test)
    assert.equal(askUntilRefused(site), 2)
    const again = new Date(site.clock.now() + 60_000).toISOString()
    assert.throws(() => site.runs.create('cache.purge', everything, 'owner'), { code: 'purge.too_often', message: new RegExp(again) })
    site.clock.goOn(60_000)
    assert.equal(askUntilRefused(site), 1)
  })

  it('have a rate where the policy file says nothing of one', test => {
    assert.equal(askUntilRefused(bench(test)), 5)
  })

  it('of the platform count as well, and are put off until they may be', test => {
    const site = strictSite(test)
    assert.equal(offerEverything(site), 'accepted')
    assert.equal(askUntilRefused(site), 1)
    const refused = offerEverything(site)
    assert.ok(typeof refused === 'object' && refused.code === 'purge.too_often' && refused.retryAfterMs === 60_000)
    site.clock.goOn(refused.retryAfterMs)
    assert.equal(offerEverything(site), 'accepted')
  })

  it('are still counted after a restart of the agent', test => {
    const before = strictSite(test)
    assert.equal(askUntilRefused(before), 2)
    const after = before.crash(30_000)
    assert.equal(askUntilRefused(after), 0)
    after.clock.goOn(30_000)
    assert.equal(askUntilRefused(after), 1)
  })

  it('that root asks for are never refused, and count', test => {
    const site = strictSite(test)
    for (let asked = 0; asked < 4; asked += 1) site.runs.create('cache.purge', everything, 'root')
    assert.equal(askUntilRefused(site), 0)
    site.clock.goOn(60_000)
    assert.equal(askUntilRefused(site), 1)
  })

  it('leave pages that are named, and changes, alone', test => {
    const site = strictSite(test)
    askUntilRefused(site)
    site.runs.create('cache.purge', { urls: ['http://site.test/'] }, 'owner')
    site.runs.create('cache.purge', { changes: true }, 'event')
  })

  it('that were refused for another reason are not counted', test => {
    const site = strictSite(test)
    assert.throws(() => site.runs.create('cache.purge', { ...everything, bad: true }, 'owner'), { code: 'input.invalid' })
    assert.equal(askUntilRefused(site), 2)
  })

  it('may be where the record of them can’t be read', test => {
    const before = strictSite(test)
    before.journal.set('purges.wholeAt', 'soon')
    assert.equal(askUntilRefused(before.crash()), 2)
  })

  it('are bounded in an agent as it is run', async test => {
    const limits = { memoryMb: 256, purgeEverything: { burst: 1, everySeconds: 3_600 } }
    const { policy } = await startTestAgent(test, { limits })
    const ask = asker({ socketPath: policy.agent.socket })
    const purge = { kind: 'cache.purge', input: everything, origin: 'owner' }
    assert.equal((await ask('POST', '/v1/jobs', purge)).status, 202)
    const { status, headers } = await ask('POST', '/v1/jobs', purge)
    assert.equal(status, 429)
    assert.ok(Number(headers['retry-after']) > 3_500)
  })
})
