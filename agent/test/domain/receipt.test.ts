import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, limits, newId, type Json } from '@platen/protocol'
import { receiptValidators } from '@platen/protocol/validators/receipts'
import { contentOf, type OverRun } from '../../src/domain/receipt.ts'
import { ownPurge } from '../support/own-run.ts'

const key = 'x'.repeat(43)
const head = { version: 1, site: newId('site'), agent: newId('agent'), chain: 'c'.repeat(22), seq: 2, at: 1, key, prev: key }

function over(end: Omit<OverRun['end'], 'effect'>): OverRun {
  return { ...ownPurge(), state: 'ended', finishedAt: 2, end: { effect: 'none', ...end } }
}

/** Whether a signed receipt of this content has the protocol's form. */
function hasForm(run: OverRun): boolean {
  const check = receiptValidators['signed']
  const signed = { receipt: { ...head, ...contentOf(run) }, hash: key, signature: 'y'.repeat(86) }
  if (!check?.(signed)) throw new Error(JSON.stringify(check?.errors))
  return Buffer.byteLength(canonicalJson(signed as unknown as Json)) <= limits.receipt.lineBytes
}

describe('what a receipt says of a run', () => {
  it('is its words, its layers, and its pages by their states', () => {
    const proof = [
      { url: 'https://shop.example/a/', state: 'stale', layer: 'nginx', cache: 'HIT', status: 200 },
      { url: 'https://shop.example/', state: 'fresh', status: 200 },
    ]
    const layers = [{ layer: 'nginx', state: 'purged', count: 2 }]
    const said = contentOf(over({ outcome: 'succeeded', result: { summary: 'Done.', layers, proof } }))
    assert.deepEqual([said.what, said.layers], ['Done.', layers])
    assert.deepEqual(said.pages, { fresh: 1, stale: 1, unreachable: 0, removed: 0, sample: proof })
  })

  it('is how the CDN gave its pages, each and by their number, where it was asked', () => {
    const url = 'https://shop.example/'
    const proof = [
      { url: `${url}a/`, state: 'stale', layer: 'cdn', cdn: { state: 'stale', cache: 'HIT', ageSeconds: 9, status: 200 } },
      { url: `${url}b/`, state: 'fresh', cdn: { state: 'unreachable' } },
      ...Array.from({ length: 30 }, () => ({ url, state: 'fresh', cdn: { state: 'fresh' } })),
      { url, state: 'fresh', cdn: { state: 'haunted' } },
      { url, state: 'fresh', cdn: 'fresh' },
    ]
    const run = over({ outcome: 'succeeded', result: { proof } })
    const { pages } = contentOf(run)
    assert.deepEqual([pages.fresh, pages.stale, pages.cdn], [33, 1, { fresh: 30, stale: 1, unreachable: 1 }])
    assert.deepEqual(
      pages.sample.slice(0, 3).map(({ cdn }) => cdn),
      ['stale', 'unreachable', 'fresh'],
    )
    assert.ok(hasForm(run))
    assert.equal(contentOf(over({ outcome: 'succeeded', result: { proof: proof.slice(-2) } })).pages.cdn, undefined)
  })

  it('names what went wrong before what was done all the same', () => {
    const error = { code: 'page.stale', message: 'An old copy is still served.' } as const
    const said = contentOf(over({ outcome: 'failed', error, result: { summary: '3 pages made anew.' } }))
    assert.deepEqual([said.code, said.what], ['page.stale', 'An old copy is still served. 3 pages made anew.'])
  })

  it('is something also where there is no result', () => {
    assert.equal(contentOf(over({ outcome: 'cancelled' })).what, 'Cancelled.')
  })

  it('fits into a line also where all that a worker says is as long as it may be', () => {
    const hostile = ['\u0001', 'ü', '漢', '\ud800', '"']
    for (const letter of hostile) {
      const proof = Array.from({ length: 200 }, () => ({
        url: `https://shop.example/${letter.repeat(180)}`,
        state: 'unreachable',
        layer: 'x'.repeat(20),
        cache: letter.repeat(32),
        status: 999,
        cdn: { state: 'unreachable' },
      }))
      const layers = Array.from({ length: 20 }, () => ({
        layer: 'x'.repeat(20),
        state: 'x'.repeat(20),
        count: 2 ** 53 - 1,
        code: 'receipt.anchor_missing',
      }))
      const error = { code: 'receipt.anchor_missing', message: letter.repeat(500) } as const
      assert.ok(hasForm(over({ outcome: 'failed', error, result: { summary: letter.repeat(500), layers, proof } })), JSON.stringify(letter))
    }
  })

  it('has the form of a receipt whatever the worker says, and fits its bounds', () => {
    const word = fc.oneof(
      fc.constantFrom('nginx', 'stale', 'fresh', 'purged', 'https://shop.example/', `https://a.b/${'x'.repeat(3_000)}`),
      fc.string(),
      fc.jsonValue(),
    )
    const entry = fc.record({
      url: word,
      state: word,
      layer: word,
      cache: word,
      status: fc.oneof(word, fc.integer()),
      cdn: fc.oneof(word, fc.record({ state: word })),
      count: word,
      code: word,
    })
    const list = fc.oneof(fc.jsonValue(), fc.array(fc.oneof(entry, word), { maxLength: 300 }))
    const result = fc.oneof(fc.jsonValue(), fc.record({ summary: word, layers: list, proof: list }))
    fc.assert(
      fc.property(result, value => hasForm(over({ outcome: 'succeeded', result: value }))),
      { numRuns: 200 },
    )
  })
})
