import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { over, under } from '../../../src/kinds/health.report/finding.ts'
import { lookAt, sectionMs, type Look } from '../../../src/kinds/health.report/section.ts'
import { judged } from '../../../src/kinds/health.report/summary.ts'
import { TestClock } from './test-clock.ts'

const never = new AbortController().signal
const hangs: Look = () => new Promise(() => undefined)

describe('a section', () => {
  it('that hangs fails at its deadline with the code of its part', async () => {
    const clock = new TestClock()
    const looking = lookAt('mysql', hangs, clock, never)
    clock.pass(sectionMs)
    const section = await looking
    assert.deepEqual([section.state, section.code, section.tookMs, clock.waiting], ['failed', 'mysql.unavailable', sectionMs, 0])
  })

  it('tells its part to stop at the deadline', async () => {
    const clock = new TestClock()
    let stopped = false
    const look: Look = signal => new Promise(() => signal.addEventListener('abort', () => (stopped = true)))
    const looking = lookAt('redis', look, clock, never)
    clock.pass(sectionMs)
    await looking
    assert.equal(stopped, true)
  })

  it('that fails says why, and what a person should know', async () => {
    const fails: Look = () => Promise.reject(new PlatenError('php.unavailable'))
    const section = await lookAt('php', fails, new TestClock(), never)
    assert.deepEqual([section.state, section.code], ['failed', 'php.unavailable'])
    assert.deepEqual(section.findings, [{ level: 'critical', text: new PlatenError('php.unavailable').message }])
  })

  it('that fails for a reason of our own tells nothing of it', async () => {
    const section = await lookAt('cron', () => Promise.reject(new Error('secret')), new TestClock(), never)
    assert.equal(section.code, 'internal')
    assert.ok(!JSON.stringify(section).includes('secret'))
  })

  it('without a part is absent', async () => {
    assert.equal((await lookAt('redis', () => Promise.resolve(undefined), new TestClock(), never)).state, 'absent')
  })

  it('has its findings worst first, and its facts within their bounds', async () => {
    const look: Look = () =>
      Promise.resolve({
        facts: { load: 1 / 3, name: 'x'.repeat(600) },
        findings: [{ level: 'attention', text: 'one' }, undefined, { level: 'critical', text: 'two' }],
      })
    const { facts, findings } = await lookAt('machine', look, new TestClock(), never)
    assert.deepEqual(facts, { load: 0.33, name: 'x'.repeat(500) })
    assert.deepEqual(
      findings.map(({ text }) => text),
      ['two', 'one'],
    )
  })

  it('ends with the job when that is called off', async () => {
    const abort = new AbortController()
    const looking = lookAt('disk', hangs, new TestClock(), abort.signal)
    abort.abort(new PlatenError('job.cancelled'))
    await assert.rejects(looking, { code: 'job.cancelled' })
  })
})

describe('findings', () => {
  it('start at their bound, and are none where nothing is known', () => {
    const bounds = { attention: 90, critical: 97 }
    assert.deepEqual(
      [89, 90, 97, null].map(value => over(value, bounds, 'full')?.level),
      [undefined, 'attention', 'critical', undefined],
    )
    assert.deepEqual(
      [11, 10, 5, undefined].map(value => under(value, { attention: 10, critical: 5 }, 'empty')?.level),
      [undefined, 'attention', 'critical', undefined],
    )
  })
})

describe('the report', () => {
  const section = { section: 'disk', state: 'ok', tookMs: 1, facts: {}, findings: [] } as const

  it('is good without findings', () => {
    assert.deepEqual(judged([{ ...section, findings: [] }]), {
      condition: 'good',
      summary: 'All is well with the 1 part that was looked at.',
    })
  })

  it('is what its worst finding is, and leads with it', () => {
    const report = judged([
      { ...section, findings: [{ level: 'attention', text: 'Later.' }] },
      { ...section, findings: [{ level: 'critical', text: 'Now.' }] },
    ])
    assert.deepEqual(report, { condition: 'critical', summary: 'Now, and 1 more thing needs a look.' })
  })
})
