import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { LocalStatus } from '@platen/protocol'
import { noWishes } from '../../src/domain/owner-say.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { canMount, mountReadOnly, unmount } from '../support/mounts.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { startTestAgent, type TestAgent } from '../support/test-agent.ts'

const skip = canMount() ? false : 'mounting needs root'

/** The agent's status once it is as wanted: meanwhile its main process may be starting again. */
async function statusOnce({ control }: TestAgent, wanted: (status: LocalStatus) => boolean): Promise<LocalStatus> {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(200)) {
    const status = await control.status().catch(() => undefined)
    if (status && wanted(status)) return status
  }
  throw new Error('the agent’s status was never as wanted')
}

describe('an agent whose journal is broken', () => {
  it('starts with a fresh one, says so, keeps the old one aside, and works', async test => {
    const folder = tempFolder(test)
    const state = join(folder, 'state')
    mkdirSync(state)
    writeFileSync(join(state, 'journal.db'), 'this is no database, and long enough to be told from one that is empty')
    const agent = await startTestAgent(test, {}, folder)
    const { journal, owner } = await agent.control.status()
    assert.ok(journal.problem === undefined && (journal.lostAt ?? 0) > 0)
    assert.deepEqual(owner.wishes, noWishes)
    assert.equal(readdirSync(state).filter(name => name.includes('corrupt')).length, 1)
    assert.equal((await agent.run('test.light', {})).state, 'succeeded')
  })
})

describe('an agent on a read-only disk', () => {
  it('says what it suffers from, takes no job, and is well again when the disk is', { skip, timeout: 120_000 }, async test => {
    const folder = tempFolder(test)
    const state = join(folder, 'state')
    mkdirSync(state, { mode: 0o700 })
    openJournal(join(state, 'journal.db')).close()
    mountReadOnly(state)
    let agent: TestAgent
    try {
      agent = await startTestAgent(test, {}, folder)
      assert.equal((await agent.control.status()).journal.problem, 'store.unavailable')
      await assert.rejects(agent.control.createJob('test.light', {}), { code: 'store.unavailable' })
    } finally {
      unmount(state)
    }
    await statusOnce(agent, ({ journal }) => journal.problem === undefined)
    assert.equal((await agent.run('test.light', {})).state, 'succeeded')
  })
})
