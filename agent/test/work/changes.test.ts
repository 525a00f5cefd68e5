import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { DocumentPolicy } from '@platen/protocol'
import { openPageIndex } from '../../src/journal/page-index.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import type { ChangeBatch } from '../../src/ports/site-changes.ts'
import { again } from '../support/again.ts'
import { processesWith, startTestAgent, type TestAgent } from '../support/test-agent.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testPolicy } from '../support/test-policy.ts'

const waitMs = 60_000
const change = (what: string, rest: object = {}): string =>
  `${JSON.stringify({ at: Date.now() * 1_000, what, tags: ['post:1'], hidden: [], urls: [], trees: [], ...rest })}\n`
const page = (path: string): string =>
  `${JSON.stringify({ at: (Date.now() - 1_000) * 1_000, url: `http://site.test${path}`, status: 200, tags: ['post:1'] })}\n`

/** An agent whose site has a page cache and a spool. */
async function agentWithSpool(test: TestContext, changes: Partial<DocumentPolicy> = {}, folder = tempFolder(test)): Promise<TestAgent> {
  const { agent, nginx } = testPolicy(folder)
  const { tcp: _tcp, ...rest } = agent
  const withCache = nginx ? { nginx: { ...nginx, cachePath: join(folder, 'cache') } } : {}
  return await startTestAgent(test, { agent: { ...rest, spool: join(folder, 'spool') }, ...withCache, ...changes }, folder)
}

type Taken = Omit<ChangeBatch, 'pages'> & { readonly pages: number; readonly needed: boolean }

/** The batches that jobs have taken, once there are so many. */
async function taken({ policy }: TestAgent, count: number): Promise<readonly Taken[]> {
  return await again(() => {
    const lines = readFileSync(join(policy.site.root, 'taken'), 'utf8').trim().split('\n')
    assert.ok(lines.length >= count)
    return lines.map(line => JSON.parse(line) as Taken)
  }, waitMs)
}

const spool = ({ folder }: TestAgent, name: string): string => join(folder, 'spool', name)

describe('what the plugin notes', () => {
  it('becomes a job of the site’s own that takes it with the pages that were made of it', async test => {
    const agent = await agentWithSpool(test)
    appendFileSync(spool(agent, 'pages'), page('/1/') + page('/2/'))
    appendFileSync(spool(agent, 'changes'), change('One', { trees: ['http://site.test/kept/'] }))
    const [batch] = await taken(agent, 1)
    await again(async () => assert.equal((await agent.control.status()).running, 0), waitMs)
    assert.deepEqual([batch?.what, batch?.needed, batch?.pages], [['One'], true, 4_502])
    await agent.launched.stop()
    const journal = openJournal(join(agent.policy.agent.state, 'journal.db'))
    const runs = journal.recent(10).map(({ kind, origin }) => [kind, origin])
    journal.close()
    assert.deepEqual(runs, [['cache.purge', 'event']])
    const index = openPageIndex(join(agent.policy.agent.state, 'pages.db'), { caches: true })
    test.after(() => index.close())
    assert.equal(index.pending(), false)
  })

  it('comes again some seconds after the job has failed, and what is newer does not wait for it', async test => {
    const agent = await agentWithSpool(test)
    const fail = join(agent.policy.site.root, 'fail')
    writeFileSync(fail, '')
    appendFileSync(spool(agent, 'changes'), change('One'))
    await taken(agent, 1)
    await again(async () => assert.equal((await agent.control.status()).running, 0), waitMs)
    rmSync(fail)
    appendFileSync(spool(agent, 'changes'), change('Two'))
    await again(async () => {
      const since = (await taken(agent, 2)).slice(1)
      assert.deepEqual(new Set(since.flatMap(({ what }) => what)), new Set(['One', 'Two']))
    }, waitMs)
  })

  it('comes again when the agent is killed before the job has ended', async test => {
    const agent = await agentWithSpool(test)
    const hang = join(agent.policy.site.root, 'hang')
    writeFileSync(hang, '')
    appendFileSync(spool(agent, 'changes'), change('One'))
    await taken(agent, 1)
    rmSync(hang)
    const [pid] = processesWith(agent.policyPath)
    assert.ok(pid)
    process.kill(pid, 'SIGKILL')
    const [, second] = await taken(agent, 2)
    assert.deepEqual(second?.what, ['One'])
  })

  it('is for jobs of cache.purge alone', async test => {
    const agent = await agentWithSpool(test)
    assert.equal((await agent.run('test.light', { changes: true })).error?.code, 'policy.denied')
  })

  it('is read and forgotten where the policy file does not allow cache.purge', async test => {
    const folder = tempFolder(test)
    mkdirSync(join(folder, 'spool'))
    writeFileSync(join(folder, 'spool', 'everything'), '')
    const agent = await agentWithSpool(test, { kinds: ['test.light'] }, folder)
    await again(() => assert.deepEqual(readdirSync(join(folder, 'spool')), []), waitMs)
    assert.equal((await agent.control.status()).running, 0)
    assert.equal(readdirSync(agent.policy.agent.state).includes('pages.db'), false)
  })

  it('goes to a folder that the launcher makes, for one user alone where there is but one', async test => {
    const agent = await agentWithSpool(test)
    assert.equal((statSync(join(agent.folder, 'spool')).mode & 0o7777).toString(8), '700')
  })
})
