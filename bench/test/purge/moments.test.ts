import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { momentFigures, type Moments } from '../../src/purge/moments.ts'

const update = (more: Partial<Moments> = {}): Moments => ({
  eventAt: 1_000,
  notedAt: 1_020,
  jobAt: 1_130,
  renderAt: 1_200,
  provenAt: 1_300,
  freshAt: 1_310,
  allFreshAt: 2_000,
  ...more,
})

describe('how soon an edit is seen', () => {
  it('is counted from the event, step by step', () => {
    assert.deepEqual(momentFigures([update()]), {
      freshP50Ms: 310,
      freshP95Ms: 310,
      allFreshP50Ms: 1_000,
      allFreshP95Ms: 1_000,
      eventToNotedP50Ms: 20,
      eventToJobP50Ms: 130,
      eventToRenderP50Ms: 200,
      eventToProvenP50Ms: 300,
    })
  })

  it('leaves a step out that nobody can tell of one update', () => {
    assert.equal(momentFigures([update({ jobAt: undefined }), update({ jobAt: 1_090 })])['eventToJobP50Ms'], 90)
  })

  it('has no figure where no update tells of a step', () => {
    assert.ok(Number.isNaN(momentFigures([update({ renderAt: undefined })])['eventToRenderP50Ms']))
  })
})
