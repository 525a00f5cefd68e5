import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { timesOf, recordFigures } from '../../src/purge/record-figures.ts'

/** Lines as the probe writes them, of requests that took so many milliseconds. */
const lines = (mark: string, ...took: readonly number[]): string[] => took.map(ms => `${mark} warm ${ms * 1_000_000} ${ms * 500}`)
const repeated = (ms: number, count = 200): number[] => Array.from({ length: count }, () => ms)

describe('what recording costs', () => {
  it('is the difference of the medians, with and without, of the page that pays more', () => {
    const figures = recordFigures([
      ...lines('front-on', ...repeated(40.4), 900),
      ...lines('front-off', 1, ...repeated(40)),
      ...lines('post-on', ...repeated(30.7)),
      ...lines('post-off', ...repeated(30)),
    ])
    assert.deepEqual([figures.recordFrontMs, figures.recordPostMs, figures.recordMsPerPage], [0.4, 0.7, 0.7])
    assert.equal(figures['recordCpuMs'], 0.35)
  })

  it('is told with its spread over ten parts of the run', () => {
    const parts = Array.from({ length: 10 }, (_, part) => repeated(30 + part / 10, 10)).flat()
    const figures = recordFigures([
      ...lines('front-on', ...repeated(40)),
      ...lines('front-off', ...repeated(40)),
      ...lines('post-on', ...parts),
      ...lines('post-off', ...repeated(30, 100)),
    ])
    assert.deepEqual([figures.recordLeastMs, figures.recordMostMs], [0, 0.9])
  })

  it('says nothing of requests that had to compile PHP', () => {
    assert.throws(() => timesOf(['front-on cold 1000 1']), /opcache/)
  })

  it('is not measured where the rest of the machine moves the medians about', () => {
    const wild = Array.from({ length: 10 }, (_, part) => repeated(30 + 10 * (part % 2), 20)).flat()
    const figures = recordFigures([
      ...lines('front-on', ...repeated(40.2)),
      ...lines('front-off', ...repeated(40)),
      ...lines('post-on', ...wild),
      ...lines('post-off', ...repeated(35)),
    ])
    assert.ok(Number.isNaN(figures.recordMsPerPage))
    assert.equal(figures['recordErrorMs'], 1.67)
  })

  it('is not measured where nothing was noted', () => {
    assert.ok(Number.isNaN(recordFigures([]).recordMsPerPage))
  })
})
