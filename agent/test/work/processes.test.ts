import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { limits, type DocumentPolicy } from '@platen/protocol'
import { controlClient } from '../../src/cli/control-client.ts'
import { findAccount } from '../../src/launcher/accounts.ts'
import { launch } from '../../src/launcher.ts'
import { doorPath } from '../../src/launcher/folders.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { again } from '../support/again.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { childrenOf, ended, processesWith, startTestAgent, testEntries, until, writePolicy } from '../support/test-agent.ts'
import { testPolicy } from '../support/test-policy.ts'

const isRoot = process.getuid?.() === 0

describe('a job in a worker process', () => {
  it('succeeds with its result and its bill', async test => {
    const agent = await startTestAgent(test)
    const job = await agent.run('test.light', { echo: 7, step: join(agent.folder, 'written'), saved: 12 })
    assert.equal(job.state, 'succeeded')
    assert.deepEqual(job.result, { summary: 'done', echo: 7 })
    assert.equal(job.summary, 'done')
    const { cpuMs = 0, peakRssBytes = 0, wallMs = 0, writtenBytes = 0, savedBytes } = job.bill ?? {}
    assert.ok(cpuMs > 0 && peakRssBytes > 10_000_000 && wallMs > 0 && writtenBytes > 0, JSON.stringify(job.bill))
    assert.equal(savedBytes, 12)
  })

  it('has a bill also when its process was killed, as it was seen from outside', async test => {
    const { run } = await startTestAgent(test)
    const { bill } = await run('test.light', { step: join(tempFolder(test), 'written'), busyMs: 1_000, crash: true })
    assert.ok(bill && bill.cpuMs > 100 && bill.peakRssBytes > 10_000_000 && bill.wallMs >= 1_000, JSON.stringify(bill))
    assert.equal(bill.savedBytes, 0)
  })

  it('counts for the day while it still runs, by what is seen of it from outside', async test => {
    const { control } = await startTestAgent(test)
    const { id } = await control.createJob('test.heavy', { busyMs: 30_000 })
    await again(async () => assert.ok((await control.status()).owner.usage.cpuSeconds >= 1), 25_000)
    assert.equal((await until(control, id, () => true)).state, 'running')
    await control.cancelJob(id)
  })

  it('has a result of as many bytes as one may have, and fails with one that has more, telling what it did', async test => {
    const agent = await startTestAgent(test)
    const most = limits.job.resultBytes - Buffer.byteLength(JSON.stringify({ summary: 'done', echo: '' }))
    // Of two bytes each.
    const times = Math.floor(most / 2)
    const fits = await agent.run('test.light', { echo: 'é', times })
    assert.equal(fits.state, 'succeeded')
    assert.ok(Buffer.byteLength(JSON.stringify(fits.result)) > limits.job.resultBytes - 2)
    const larger = await agent.run('test.light', { echo: 'é', times: times + 1, step: join(agent.folder, 'written') })
    assert.deepEqual([larger.state, larger.error?.code, typeof larger.result], ['failed', 'internal', 'undefined'])
    assert.match(larger.error?.message ?? '', /size bound/)
    await agent.launched.stop()
    const journal = openJournal(join(agent.policy.agent.state, 'journal.db'))
    const run = journal.find(larger.id)
    journal.close()
    assert.equal(run?.state === 'ended' && run.end.effect, 'applied')
  })

  it('fails with the code that its handler threw', async test => {
    const { run } = await startTestAgent(test)
    const job = await run('test.light', { fail: true })
    assert.equal(job.state, 'failed')
    assert.equal(job.error?.code, 'page.stale')
  })

  it('fails with what its handler has to show all the same', async test => {
    const { run } = await startTestAgent(test)
    const { state, error, result, summary } = await run('test.light', { failShown: true })
    assert.deepEqual([state, error?.code, result, summary], ['failed', 'page.stale', { summary: 'so far' }, 'so far'])
  })

  it('is told as crashed when its process dies, and the agent goes on', async test => {
    const { run } = await startTestAgent(test)
    assert.equal((await run('test.light', { crash: true })).error?.code, 'worker.crashed')
    assert.equal((await run('test.light', {})).state, 'succeeded')
  })

  it('is ended when it takes more memory than it may', async test => {
    const { run } = await startTestAgent(test, { limits: { memoryMb: 128 } })
    assert.equal((await run('test.heavy', { eat: true })).error?.code, 'worker.memory')
  })

  it('begins a step only after the journal says so', async test => {
    const { run, folder } = await startTestAgent(test)
    const file = join(folder, 'written')
    assert.equal((await run('test.light', { step: file })).state, 'succeeded')
    assert.ok(existsSync(file))
  })

  it('says that the effect is partial when an idempotent step had begun, and unknown when that one is not repeatable', async test => {
    const agent = await startTestAgent(test)
    const step = join(agent.folder, 'missing', 'written')
    const ids = [await agent.run('test.light', { step }), await agent.run('test.light', { step, once: true })].map(({ id }) => id)
    await agent.launched.stop()
    const journal = openJournal(join(agent.policy.agent.state, 'journal.db'))
    const effects = ids.map(id => journal.find(id)).map(run => run?.state === 'ended' && run.end.effect)
    journal.close()
    assert.deepEqual(effects, ['partial', 'unknown'])
  })

  it('stops when it is cancelled', async test => {
    const { control } = await startTestAgent(test)
    const { id } = await control.createJob('test.light', { wait: true })
    await until(control, id, job => job.state === 'running' && job.progress !== undefined)
    await control.cancelJob(id)
    assert.equal((await ended(control, id)).state, 'cancelled')
    await assert.rejects(control.cancelJob(id), { code: 'job.finished' })
  })

  it('is ended by its agent when it runs longer than it may', async test => {
    const { run } = await startTestAgent(test)
    const { state, error } = await run('test.hasty', { wait: true })
    assert.deepEqual([state, error?.code], ['failed', 'job.deadline'])
  })

  it('still reaches the plugin when it is cancelled, to take back what is half done', async test => {
    const { control, folder } = await startTestAgent(test)
    const file = join(folder, 'told')
    const { id } = await control.createJob('test.light', { wait: true, takeBack: file })
    await until(control, id, job => job.state === 'running' && job.progress !== undefined)
    await control.cancelJob(id)
    await ended(control, id)
    // No PHP-FPM is there: the call was made, and says so.
    assert.equal(readFileSync(file, 'utf8'), 'php.unavailable')
  })

  it('waits while another heavy one runs, with light ones beside it', async test => {
    const { control, run } = await startTestAgent(test)
    const first = await control.createJob('test.heavy', { wait: true })
    await until(control, first.id, job => job.state === 'running')
    const second = await control.createJob('test.heavy', {})
    assert.equal((await run('test.light', {})).state, 'succeeded')
    assert.equal((await until(control, second.id, () => true)).state, 'queued')
    await control.cancelJob(first.id)
    assert.equal((await ended(control, second.id)).state, 'succeeded')
  })

  it('reaches the plugin through the main process only, with the error that it met there', async test => {
    const { run } = await startTestAgent(test)
    assert.equal((await run('test.light', { call: 'site.describe' })).error?.code, 'php.unavailable')
  })

  it('is lost, and said to be, when the agent is stopped while it runs', async test => {
    const agent = await startTestAgent(test)
    const { id } = await agent.control.createJob('test.light', { wait: true })
    await until(agent.control, id, job => job.state === 'running' && job.progress !== undefined)
    await agent.launched.stop()
    const journal = openJournal(join(agent.policy.agent.state, 'journal.db'))
    const run = journal.find(id)
    journal.close()
    assert.equal(run?.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code, 'job.lost')
    assert.equal(run?.state === 'ended' && run.end.effect, 'none')
  })
})

describe('the launcher', () => {
  it('leaves no process and no socket behind', async test => {
    const agent = await startTestAgent(test)
    const { id } = await agent.control.createJob('test.light', { wait: true })
    await until(agent.control, id, job => job.state === 'running' && job.progress !== undefined)
    assert.equal(childrenOf(process.pid).length, 2)
    await agent.launched.stop()
    assert.deepEqual(childrenOf(process.pid), [])
    assert.deepEqual(
      [agent.policy.agent.control, agent.policy.agent.socket, doorPath(agent.policy)].filter(path => existsSync(path)),
      [],
    )
  })

  it('starts a main process that died again; what it ran is lost and what waited runs', async test => {
    const agent = await startTestAgent(test)
    const { control } = agent
    const running = await control.createJob('test.heavy', { wait: true })
    await until(control, running.id, job => job.state === 'running' && job.progress !== undefined)
    const waiting = await control.createJob('test.heavy', {})
    const [pid] = processesWith(agent.policyPath)
    assert.ok(pid)
    process.kill(pid, 'SIGKILL')
    await again(() => control.status(), 15_000)
    assert.equal((await ended(control, running.id)).error?.code, 'job.lost')
    assert.equal((await ended(control, waiting.id)).state, 'succeeded')
    assert.ok(agent.lines.some(line => line.includes('agent:died')))
  })

  it(
    'takes all of its processes along when it is killed',
    { skip: process.platform !== 'linux' && 'needs the kernel’s word for it' },
    async test => {
      const folder = tempFolder(test)
      const { tcp: _tcp, ...agent } = testPolicy(folder).agent
      const policy = testPolicy(folder, { agent })
      const script = join(import.meta.dirname, '..', 'support', 'test-launcher.ts')
      const launcher = spawn(process.execPath, ['--conditions=source', script, writePolicy(folder, policy)], { stdio: 'ignore' })
      test.after(() => launcher.kill('SIGKILL'))
      const control = controlClient(policy.agent.control)
      await again(() => control.status(), 15_000)
      const { id } = await control.createJob('test.light', { wait: true })
      await until(control, id, job => job.state === 'running' && job.progress !== undefined)
      const children = childrenOf(launcher.pid ?? 0)
      assert.equal(children.length, 2)
      launcher.kill('SIGKILL')
      const alive = (): number[] => processesWith(process.execPath).filter(pid => children.includes(pid))
      await again(async () => assert.deepEqual(alive(), []), 5_000)
    },
  )

  it('says why the agent could not start, and does not try again', async test => {
    const agent = await startTestAgent(test)
    await assert.rejects(startTestAgent(test, {}, agent.folder), { code: 'site.locked' })
  })

  it('refuses a policy file that the agent could change', { skip: !isRoot && 'needs root' }, async test => {
    const folder = tempFolder(test)
    const base = testPolicy(folder)
    const policyPath = writePolicy(folder, { ...base, agent: { ...base.agent, user: 'nobody' } })
    chmodSync(policyPath, 0o646)
    assert.throws(() => launch({ policyPath, entries: testEntries, logs: 'none', log: jsonLog('launcher', () => {}) }), {
      code: 'policy.invalid',
    })
  })

  it('lets in nobody without a token, however many try', async test => {
    const { policy, run } = await startTestAgent(test)
    const strangers = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const socket = connect(doorPath(policy)).on('error', () => socket.destroy())
        await once(socket, 'connect')
        if (index % 2 === 0) socket.write(`{"type":"here","token":"${'0'.repeat(64)}"}\n`)
        return socket
      }),
    )
    assert.equal((await run('test.light', {})).state, 'succeeded')
    await Promise.all(strangers.filter(socket => !socket.destroyed).map(socket => once(socket, 'close')))
  })

  it('gives each role a user of its own, without rights, secrets or environment', { skip: !isRoot && 'needs root' }, async test => {
    const folder = tempFolder(test)
    chmodSync(folder, 0o755)
    const base = testPolicy(folder)
    const { tcp: _tcp, ...agentPart } = base.agent
    const users: Partial<DocumentPolicy> = {
      agent: { ...agentPart, user: 'nobody' },
      site: { ...base.site, user: 'www-data' },
      ...(base.nginx ? { nginx: { ...base.nginx, user: 'daemon' } } : {}),
    }
    const agent = await startTestAgent(test, users, folder)
    for (const [kind, user, niceness] of [
      ['test.light', 'nobody', '19'],
      ['test.heavy', 'www-data', '19'],
      ['test.nginx', 'daemon', '0'],
    ] as const) {
      const { result } = await agent.run(kind, { whoami: true })
      const me = result as Record<string, unknown>
      const account = findAccount(user)
      assert.equal(me['uid'], account?.uid)
      assert.deepEqual(me['groups'], [account?.gid])
      assert.equal(me['noNewPrivileges'], '1')
      assert.deepEqual(new Set(me['capabilities'] as string[]), new Set(['0000000000000000']))
      assert.equal(me['niceness'], niceness)
      assert.equal(me['cwd'], '/')
      assert.deepEqual(me['environment'], ['HOME', 'LANG', 'MALLOC_ARENA_MAX', 'PATH'])
      assert.deepEqual(me['arguments'], [])
    }
    assert.equal(statSync(agent.policy.agent.state).mode & 0o777, 0o700)
    assert.equal(statSync(agent.policy.agent.state).uid, findAccount('nobody')?.uid)
    assert.equal(statSync(agent.policy.agent.control).mode & 0o777, 0o600)
    assert.match(readFileSync(`/proc/${processesWith(agent.policyPath)[0]}/status`, 'utf8'), /NoNewPrivs:\s+1/)
  })
})
