import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Coalescing } from '@platen/protocol'
import { coalesce, coalesceText, isCoalescable } from '../../src/domain/coalesce.ts'
import { fresh } from './job-history.ts'

const merge = { by: [], mode: 'merge', list: 'urls', most: 4, whole: { everything: true } } as const
const older = { ...fresh, id: 'job_1', queueDeadline: 20, coalesceKey: 'k' }
const newer = { ...fresh, id: 'job_2', queueDeadline: 30, coalesceKey: 'k' }

describe('a coalescing key', () => {
  it('is the kind and the members that the kind names, whatever the order of members is', () => {
    const kind = { name: 'assets.bundle', coalesce: { by: ['urls', 'mode'], mode: 'keep-first' } } as const
    const text = coalesceText(kind, 'site_1', { urls: ['a'], mode: 'plan' })
    assert.equal(coalesceText(kind, 'site_1', { mode: 'plan', urls: ['a'] }), text)
    assert.notEqual(coalesceText(kind, 'site_1', { mode: 'build', urls: ['a'] }), text)
    assert.notEqual(coalesceText({ ...kind, name: 'images.optimize' }, 'site_1', { urls: ['a'], mode: 'plan' }), text)
  })

  it('is another for another site: a pool has jobs of many', () => {
    const kind = { name: 'health.report', coalesce: { by: [], mode: 'keep-first' } } as const
    assert.notEqual(coalesceText(kind, 'site_1', {}), coalesceText(kind, 'site_2', {}))
  })

  it('is none where the kind has no rule, or the input lacks a member', () => {
    assert.equal(coalesceText({ name: 'a.b' }, 'site_1', { x: 1 }), undefined)
    assert.equal(coalesceText({ name: 'a.b', coalesce: { by: ['x'], mode: 'keep-first' } }, 'site_1', {}), undefined)
  })
})

describe('two queued jobs of one key', () => {
  const both = (rule: Coalescing, one: typeof older, other: typeof older) => {
    const first = coalesce(rule, one, other)
    assert.deepEqual(coalesce(rule, other, one), first)
    return first
  }

  it('are the newer one where the latest counts', () => {
    const { stays, goes } = both({ by: [], mode: 'keep-latest' }, older, newer)
    assert.deepEqual([stays, goes], [newer, older])
  })

  it('are the older one where the first counts, with the time that the newer one had', () => {
    const { stays, goes } = both({ by: [], mode: 'keep-first' }, older, newer)
    assert.deepEqual([stays, goes], [{ ...older, queueDeadline: 30 }, newer])
  })

  it('are the older one with all that either asked for, and never with less', () => {
    const urls = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 4 }), { nil: undefined })
    const inputOf = (list: readonly string[] | undefined): object => (list ? { urls: list } : { everything: true })
    fc.assert(
      fc.property(urls, urls, (first, second) => {
        const { stays, goes } = both(merge, { ...older, input: inputOf(first) }, { ...newer, input: inputOf(second) })
        assert.deepEqual([stays.id, goes.id], ['job_1', 'job_2'])
        const { urls: list } = stays.input as { urls?: readonly string[] }
        if (list) assert.deepEqual(new Set(list), new Set([...(first ?? []), ...(second ?? [])]))
        else assert.ok(!first || !second || new Set([...first, ...second]).size > merge.most)
      }),
    )
  })
})

describe('a queued job', () => {
  it('stands for itself once an attempt may have changed the site, or where it has no key', () => {
    assert.equal(isCoalescable(older), true)
    assert.equal(isCoalescable(fresh), false)
    assert.equal(isCoalescable({ ...older, touched: true }), false)
    assert.equal(isCoalescable({ ...older, epoch: 2, settled: 1 }), false)
    assert.equal(isCoalescable({ ...older, held: { agentId: 'agent_1', attempt: 1 } }), false)
    assert.equal(isCoalescable({ ...older, child: { jobId: 'job_9', state: 'succeeded' } }), false)
  })
})
