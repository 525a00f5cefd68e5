import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { DocumentPolicy } from '@platen/protocol'
import { execJob } from '../../src/cli/exec.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { childrenOf, startTestAgent, testEntries, writePolicy } from '../support/test-agent.ts'
import { testPolicy } from '../support/test-policy.ts'

interface Run {
  readonly code: 0 | 1 | 2
  readonly out: string
  readonly err: string
}

function site(test: TestContext): { policy: DocumentPolicy; policyPath: string } {
  const folder = tempFolder(test)
  const { tcp: _tcp, ...agent } = testPolicy(folder).agent
  const policy = testPolicy(folder, { agent })
  return { policy, policyPath: writePolicy(folder, policy) }
}

async function exec(
  { policy, policyPath }: { policy: DocumentPolicy; policyPath: string },
  kind: string,
  input: string,
  signal: AbortSignal = new AbortController().signal,
  onErr: (text: string) => void = () => {},
): Promise<Run> {
  const written = { out: '', err: '' }
  const output = {
    out: (text: string): void => {
      written.out += text
    },
    err: (text: string): void => {
      written.err += text
      onErr(text)
    },
  }
  const code = await execJob({ kind, input, policy, policyPath, entries: testEntries }, output, signal)
  return { code, ...written }
}

describe('exec without a running agent', () => {
  it('runs the job on the spot and leaves nothing running', async test => {
    const where = site(test)
    const { code, out, err } = await exec(where, 'test.light', '{"echo":[1]}')
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(out), { summary: 'done', echo: [1] })
    assert.match(err, /1\/2 half/)
    assert.deepEqual(childrenOf(process.pid), [])
  })

  it('answers 1 and says why when the job fails', async test => {
    const { code, out, err } = await exec(site(test), 'test.light', '{"fail":true}')
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /page\.stale/)
  })

  it('refuses what is no JSON, no input of the kind, no kind, or not allowed', async test => {
    const where = site(test)
    await assert.rejects(exec(where, 'test.light', '{'), { code: 'input.invalid', field: 'input' })
    await assert.rejects(exec(where, 'test.light', '{"bad":1}'), { code: 'input.invalid' })
    await assert.rejects(exec(where, 'no.such', '{}'), { code: 'kind.unknown' })
    const narrow = { ...where.policy, kinds: ['test.heavy'] }
    const policyPath = writePolicy(tempFolder(test), narrow)
    await assert.rejects(exec({ policy: narrow, policyPath }, 'test.light', '{}'), { code: 'policy.denied' })
    assert.deepEqual(childrenOf(process.pid), [])
  })

  it('cancels the job when it is interrupted', async test => {
    const abort = new AbortController()
    const run = await exec(site(test), 'test.light', '{"wait":true}', abort.signal, text => {
      if (text.includes('waiting')) abort.abort()
    })
    assert.equal(run.code, 1)
    assert.match(run.err, /job\.cancelled/)
  })

  it('gives way to whoever holds the site’s lock', async test => {
    const where = site(test)
    await exec(where, 'test.light', '{}')
    const journal = openJournal(join(where.policy.agent.state, 'journal.db'))
    test.after(() => journal.close())
    await assert.rejects(exec(where, 'test.light', '{}'), { code: 'site.locked' })
  })
})

describe('exec beside a running agent', () => {
  it('runs the job there', async test => {
    const agent = await startTestAgent(test)
    assert.equal((await exec(agent, 'test.light', '{"echo":1}')).code, 0)
    assert.equal(childrenOf(process.pid).length, 1)
    await agent.launched.stop()
    const journal = openJournal(join(agent.policy.agent.state, 'journal.db'))
    test.after(() => journal.close())
    assert.deepEqual(
      journal.recent(9).map(run => run.origin),
      ['root'],
    )
  })
})
