import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { localValidators } from '@platen/protocol/validators/local'
import type { Run } from '../../src/domain/run.ts'
import { jobView } from '../../src/local/job-view.ts'
import type { FollowUp } from '../../src/ports/follow-ups.ts'
import { jobId, run } from './local-site.ts'

const ended: Run = { ...run, state: 'ended', finishedAt: 2, end: { outcome: 'succeeded', effect: 'applied', result: { summary: 'Done.' } } }
const followUp = (at: number): FollowUp => ({ jobId, layer: 'cdn', outcome: 'failed', code: 'cdn.denied', at })

describe('a job as the plugin sees it', () => {
  it('has what followed after its end', () => {
    const view = jobView(ended, undefined, true, [followUp(3), { jobId, layer: 'cdn', outcome: 'purged', at: 4 }])
    assert.deepEqual(view.followUps, [
      { layer: 'cdn', state: 'failed', code: 'cdn.denied', at: 3 },
      { layer: 'cdn', state: 'purged', at: 4 },
    ])
    assert.ok(localValidators['job']?.(view))
  })

  it('has the newest of many, and none of none', () => {
    const many = Array.from({ length: 12 }, (_, index) => followUp(index))
    const view = jobView(ended, undefined, true, many)
    assert.deepEqual([view.followUps?.length, view.followUps?.at(-1)?.at], [10, 11])
    assert.ok(localValidators['job']?.(view))
    assert.equal(jobView(ended, undefined, true).followUps, undefined)
  })
})
