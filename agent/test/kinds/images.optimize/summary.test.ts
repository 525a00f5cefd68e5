import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTally } from '../../../src/kinds/images.optimize/tally.ts'
import type { Item } from '../../../src/kinds/images.optimize/plan.ts'

type Outcome = Item['outcome']

function summary(images: readonly (readonly Outcome[])[], mode: 'optimize' | 'restore' = 'optimize'): string {
  const tally = createTally()
  for (const [at, outcomes] of images.entries()) {
    tally.add(
      outcomes.map((outcome, file) => ({ attachment: at + 1, file: `${at}-${file}.jpg`, outcome, before: 1_500_000, after: 900_000 })),
    )
  }
  return tally.result(mode).summary
}

describe('the sentence for the owner', () => {
  const sentences: readonly (readonly [string, readonly (readonly Outcome[])[], 'optimize' | 'restore'])[] = [
    ['2 images: 3 files made smaller, 4.5 MB → 2.7 MB (40 % less)', [['made', 'made'], ['made']], 'optimize'],
    [
      '4 images: 1 file made smaller, 1.5 MB → 900 kB (40 % less); 1 image optimized before; 1 image left as it is (nothing to gain); 1 image could not be optimized',
      [['made'], ['kept'], ['unchanged'], ['failed', 'unchanged']],
      'optimize',
    ],
    ['Nothing to do: all 2 images were optimized before', [['kept'], ['kept']], 'optimize'],
    ['Nothing to do: the image was optimized before', [['kept']], 'optimize'],
    [
      'Nothing to do; 1 image optimized before; 2 images left as they are (nothing to gain)',
      [['kept'], ['unchanged'], ['unchanged']],
      'optimize',
    ],
    ['Nothing was made smaller; 1 image could not be optimized', [['failed']], 'optimize'],
    ['There are no images to work on', [], 'optimize'],
    ['1 image served as uploaded again, 2 smaller files removed', [['restored', 'restored'], ['unchanged']], 'restore'],
    ['Nothing to do: all images are served as they were uploaded', [['unchanged']], 'restore'],
  ]
  for (const [text, images, mode] of sentences) {
    it(`says “${text}”`, () => {
      assert.equal(summary(images, mode), text)
    })
  }
})

describe('the result', () => {
  it('counts every file and names the first of them within the bounds of a result', () => {
    const tally = createTally()
    for (let id = 1; id <= 700; id += 1)
      tally.add([{ attachment: id, file: `${'long/'.repeat(200)}${id}.jpg`, outcome: 'kept', before: 10, after: 6 }])
    const result = tally.result('optimize')
    assert.equal(result.attachments, 700)
    assert.equal(result.files.kept, 700)
    assert.deepEqual([result.bytesBefore, result.bytesAfter], [7000, 4200])
    assert.ok(result.items.length > 100 && result.items.length < 500)
    assert.ok(JSON.stringify(result).length < 262_144)
  })
})
