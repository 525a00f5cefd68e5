import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseRecord, recordText, type ImageRecord } from '../../../src/kinds/images.optimize/record.ts'

const record: ImageRecord = {
  version: 1,
  settings: 's',
  state: 'made',
  prints: { 'a.jpg': { size: 3, modifiedMs: 1.5, sha256: 'ab' } },
  webp: { 'a.jpg': 2 },
}

describe('a record', () => {
  it('comes back from its text', () => {
    assert.deepEqual(parseRecord(recordText(record)), record)
  })

  it('is none where it was cut off, is of another version or names a file outside', () => {
    const text = recordText(record)
    const broken = [
      '',
      text.slice(0, -2),
      'null',
      '[]',
      text.replace('"version":1', '"version":2'),
      text.replace('"made"', '"done"'),
      text.replace('"prints":{"a.jpg"', '"prints":{"../../wp-config.php"'),
      text.replace('"webp":{"a.jpg"', '"webp":{"../../wp-config.php"'),
      text.replace('"a.jpg":2', '"a.jpg":-2'),
    ]
    for (const each of broken) assert.equal(parseRecord(each), undefined, each)
  })

  it('is read from any JSON without throwing', () => {
    fc.assert(fc.property(fc.json(), text => void parseRecord(text)))
  })
})
