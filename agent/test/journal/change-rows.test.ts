import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bench } from './page-index-bench.ts'

describe('what a job took', () => {
  it('is done when the job succeeds', test => {
    const one = bench(test)
    one.change(['post:1'])
    one.index.take('job')
    one.index.settle('job', true)
    assert.equal(one.reopened().index.pending(), false)
  })

  it('comes again with what came meanwhile when it has failed and is let go on', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('job')
    one.change([], { what: 'Two' })
    one.index.settle('job', false)
    one.index.release()
    assert.deepEqual(one.index.take('other')?.what, ['One', 'Two'])
  })

  it('holds up nothing newer when it has failed', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('job')
    one.index.settle('job', false)
    assert.deepEqual([one.index.pending(), one.index.take('other')], [false, undefined])
    one.change([], { what: 'Two' })
    assert.equal(one.index.pending(), true)
    assert.deepEqual(one.index.take('other')?.what, ['Two'])
    one.index.settle('other', true)
    one.index.release()
    assert.equal(one.index.pending(), true)
    assert.deepEqual(one.index.take('third')?.what, ['One'])
  })

  it('goes with a newer change of everything, which stands for it', test => {
    const one = bench(test)
    one.change([], { what: 'One', everything: true })
    one.index.take('job')
    one.index.settle('job', false)
    one.change(['post:1'], { what: 'Two' })
    assert.equal(one.index.take('other')?.everything, false)
    one.index.settle('other', true)
    one.change([], { what: 'Three', everything: true })
    assert.deepEqual(one.index.take('third')?.what, ['One', 'Three'])
  })

  it('is let go on by a restart', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('job')
    one.index.settle('job', false)
    assert.equal(one.reopened().index.pending(), true)
  })

  it('comes again when the agent is killed', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('job')
    assert.equal(one.index.pending(), false)
    assert.deepEqual(one.reopened().index.take('other')?.what, ['One'])
  })

  it('is that job’s alone', test => {
    const one = bench(test)
    one.change([], { what: 'One' })
    one.index.take('one')
    one.change([], { what: 'Two' })
    one.index.take('other')
    one.index.settle('other', true)
    one.index.settle('one', false)
    one.index.release()
    assert.deepEqual(one.index.take('third')?.what, ['One'])
  })
})
