import assert from 'node:assert/strict'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { LinkBench, until } from './link-bench.ts'

describe('an agent', { timeout: 60_000 }, () => {
  let bench: LinkBench

  beforeEach(async context => {
    bench = await LinkBench.make(context as TestContext)
  })

  it('reports its whole state once, and then only what changed', async () => {
    const first = await bench.welcomed()
    assert.deepEqual(await first.next('state.report'), { type: 'state.report', seq: 1, full: true, facts: { version: '0' } })
    first.cut()
    await until(() => bench.state !== 'open', 'lost')
    bench.facts = { version: '0', busy: true }
    const second = await bench.gateway.next()
    await second.welcome({ stateSeq: 1 })
    assert.deepEqual(await second.next('state.report'), { type: 'state.report', seq: 2, full: false, facts: { busy: true } })
    second.cut()
    const third = await bench.gateway.next()
    assert.equal((await third.welcome({ stateSeq: 1 })).stateSeq, 2)
    assert.equal((await third.next('state.report')).full, true)
  })

  it('tells that the journal is not the one that the gateway knows, once', async () => {
    bench.open()
    const first = await bench.gateway.next()
    await first.welcome({ stateSeq: 7, time: 1_795_000_000_000 })
    assert.deepEqual(await first.next('state.report'), { type: 'state.report', seq: 8, full: true, facts: { version: '0' } })
    assert.deepEqual(bench.jobs.forgotten, [1_795_000_000_000])
    first.cut()
    const second = await bench.gateway.next()
    await second.welcome({ stateSeq: 8 })
    await until(() => bench.state === 'open', 'open')
    assert.equal(bench.jobs.forgotten.length, 1)
  })
})
