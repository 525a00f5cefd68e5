import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { newId, type ReceiptSigned } from '@platen/protocol'
import { verifyReceipts, type Known } from '../../src/receipts/verify-receipts.ts'
import { fileOf, seal, SignedChain, testKey } from './signed-chain.ts'

/** Five receipts of one key. */
function chainOf(runs = 4): SignedChain {
  const chain = new SignedChain()
  for (let count = 0; count < runs; count += 1) chain.run(`Purge ${count}.`)
  return chain
}

const verify = (signed: readonly ReceiptSigned[], known: Partial<Known> = {}): ReturnType<typeof verifyReceipts> =>
  verifyReceipts(fileOf(signed), { receipts: [], ...known })
const codes = (signed: readonly ReceiptSigned[], known?: Partial<Known>): string[] =>
  verify(signed, known).problems.map(({ code, line }) => `${line ?? 'end'} ${code}`)

describe('receipts as they were made', () => {
  it('fit, and say how far they go', () => {
    const chain = chainOf()
    const { ok, chains } = verify(chain.signed, { keys: [chain.key.name], receipts: [chain.known(3)] })
    assert.equal(ok, true)
    const [found] = chains
    assert.deepEqual([found?.from, found?.to, found?.receipts, found?.keyKnown, found?.knownTo], [1, 5, 5, true, 3])
    assert.equal(found?.begins, 'The first receipt of this agent.')
  })

  it('fit from any of them on: what was let go of before leaves no hole', () => {
    const chain = chainOf()
    const { ok, chains } = verify(chain.signed.slice(2), { receipts: [chain.known(1)] })
    assert.deepEqual([ok, chains[0]?.from, chains[0]?.begins], [true, 3, undefined])
  })

  it('fit over changes of the key, for whoever knows the first, the last, or one between', () => {
    const chain = new SignedChain()
    const keys = [chain.key.name]
    for (let count = 0; count < 3; count += 1) {
      chain.run()
      chain.rotate()
      keys.push(chain.key.name)
    }
    for (const key of keys) assert.deepEqual(codes(chain.signed, { keys: [key] }), [], key)
    assert.deepEqual(verify(chain.signed).chains[0]?.keys, keys.slice(0, 3))
    assert.deepEqual(codes(chain.signed, { keys: [testKey().name] }), ['1 receipt.key_unknown'])
  })

  it('say that nobody vouches for their key where nobody named one', () => {
    const { ok, chains } = verify(chainOf().signed)
    assert.deepEqual([ok, chains[0]?.keyKnown], [true, false])
  })

  it('go on in a new chain where the site has a new agent, whose key has to be known as well', () => {
    const before = chainOf()
    const after = new SignedChain({ after: before })
    after.run()
    const both = [...before.signed, ...after.signed]
    assert.deepEqual(codes(both, { keys: [before.key.name, after.key.name] }), [])
    assert.deepEqual(codes(both, { keys: [before.key.name] }), ['6 receipt.key_unknown'])
    assert.deepEqual(codes([...before.signed.slice(0, 4), ...after.signed]), ['5 receipt.unlinked'])
    assert.deepEqual(codes([...both, before.run()]), ['8 receipt.gap'])
  })

  it('can follow from one before them', () => {
    const chain = chainOf(1)
    const follows = { seq: 2, hash: chain.known(2).hash }
    const job = newId('job')
    chain.add({ type: 'follow', follows, job, kind: 'cache.purge', what: 'At the CDN too.', layers: [] })
    assert.deepEqual(codes(chain.signed), [])
    chain.add({ type: 'follow', follows: { ...follows, seq: 1 }, job, kind: 'cache.purge', what: 'Of another.', layers: [] })
    assert.deepEqual(codes(chain.signed), ['4 receipt.unlinked'])
    assert.deepEqual(codes(chain.signed.slice(2, 3)), [])
  })

  it('can follow from one of a chain before, and say which follows on which', () => {
    const before = chainOf(1)
    const after = new SignedChain({ after: before })
    const { chain, seq, hash } = before.known(2)
    const said = { type: 'follow', job: newId('job'), kind: 'cache.purge', what: 'At the CDN too.', layers: [] }
    after.add({ ...said, follows: { chain, seq, hash } })
    const both = [...before.signed, ...after.signed]
    assert.deepEqual(codes(both), [])
    assert.deepEqual(
      verify(both).chains.map(({ followUps }) => followUps.map(each => [each.seq, each.follows.chain, each.follows.seq, each.what])),
      [[], [[2, chain, 2, 'At the CDN too.']]],
    )
    assert.deepEqual(codes(after.signed), [], 'the chain before is not here')
    after.add({ ...said, follows: { chain, seq: 1, hash } })
    assert.deepEqual(codes([...before.signed, ...after.signed]), ['5 receipt.unlinked'])
  })
})

describe('receipts that somebody has worked on', () => {
  it('show a text that was changed', () => {
    const chain = chainOf()
    const [one, two, ...rest] = chain.signed as [ReceiptSigned, ReceiptSigned, ...ReceiptSigned[]]
    const altered = { ...two, receipt: { ...two.receipt, what: 'All is well.' } } as ReceiptSigned
    assert.deepEqual(codes([one, altered, ...rest]), ['2 receipt.altered'])
    const { hash } = seal(altered.receipt, testKey())
    assert.deepEqual(codes([one, { ...altered, hash }, ...rest]), ['2 receipt.forged', '3 receipt.unlinked'])
  })

  it('show one that was signed anew by a key that nobody vouched for', () => {
    const chain = chainOf()
    const [one, two, ...rest] = chain.signed as [ReceiptSigned, ReceiptSigned, ...ReceiptSigned[]]
    const stranger = testKey()
    const anew = seal({ ...two.receipt, key: stranger.name }, stranger)
    assert.deepEqual(codes([one, anew, ...rest]), ['2 receipt.key_unknown', '3 receipt.unlinked', '3 receipt.key_unknown'])
  })

  it('show a key that vouched for one and was followed by another', () => {
    const chain = chainOf(1)
    const next = testKey()
    chain.vouchFor(next.name, next)
    chain.run()
    assert.deepEqual(codes(chain.signed), ['4 receipt.key_unknown'])
  })

  it('show a stranger’s chain that ends with the name of a known key, which did not sign for it', () => {
    const [chain, known, stranger] = [chainOf(2), testKey(), testKey()]
    const { signed } = chain
    assert.deepEqual(codes([...signed, chain.vouchFor(known.name, stranger)], { keys: [known.name] }), ['4 receipt.forged'])
    const other = chainOf(2)
    const { receipt } = other.vouchFor(known.name, known)
    assert.deepEqual(codes(other.signed, { keys: [known.name] }), [])
    const proof = receipt.type === 'key' && receipt.proof
    signed.pop()
    assert.deepEqual(codes([...signed, chain.add({ type: 'key', next: known.name, proof })], { keys: [known.name] }), ['4 receipt.forged'])
  })

  it('show one that was taken out of the middle', () => {
    const { signed } = chainOf()
    assert.deepEqual(codes(signed.toSpliced(2, 1)), ['3 receipt.gap', '3 receipt.unlinked'])
  })

  it('show two that were swapped', () => {
    const { signed } = chainOf()
    const [a, b, c, d, e] = signed as [ReceiptSigned, ReceiptSigned, ReceiptSigned, ReceiptSigned, ReceiptSigned]
    const found = codes([a, c, b, d, e])
    for (const line of [2, 3, 4]) assert.ok(found.includes(`${line} receipt.gap`), String(found))
  })

  it('do not show by themselves that the last ones were cut off: a receipt that is known from elsewhere does', () => {
    const chain = chainOf()
    const cut = chain.signed.slice(0, 3)
    assert.deepEqual(codes(cut), [])
    assert.deepEqual(codes(cut, { receipts: [chain.known(5)] }), ['end receipt.anchor_missing'])
  })

  it('show a chain made anew with the agent’s own key, by a receipt that is known from elsewhere', () => {
    const chain = chainOf()
    const { chain: id, site, agent, key } = chain
    const anew = new SignedChain({ chain: id, site, agent, key })
    for (let count = 0; count < 4; count += 1) anew.run('Nothing was ever wrong.')
    assert.deepEqual(codes(anew.signed, { keys: [chain.key.name] }), [])
    assert.deepEqual(codes(anew.signed, { keys: [chain.key.name], receipts: [chain.known(5)] }), ['end receipt.anchor_missing'])
    assert.deepEqual(codes(new SignedChain().signed, { receipts: [chain.known(5)] }), ['end receipt.anchor_missing'])
  })

  it('show one of another site in their midst', () => {
    const chain = chainOf(1)
    const other = seal({ ...chain.run().receipt, site: new SignedChain().site }, chain.key)
    assert.deepEqual(codes([...chain.signed.slice(0, 2), other]), ['3 receipt.unlinked'])
  })

  it('show a beginning that does not say that it is one', () => {
    const chain = new SignedChain()
    const [{ receipt }] = [chain.run()]
    assert.deepEqual(codes([seal({ ...receipt, seq: 1, prev: null }, chain.key)]), ['1 receipt.unlinked'])
  })

  it('are none where there is nothing, or something else', () => {
    for (const text of ['', '\n', '{}\n', 'null', '\ufeff', `${'x'.repeat(20_000)}\n`])
      assert.deepEqual(
        verifyReceipts(Buffer.from(text), { receipts: [] }).problems.map(({ code }) => code),
        ['receipt.unreadable'],
        text.slice(0, 20),
      )
  })

  it('show every change of a single byte', () => {
    const chain = chainOf(1)
    chain.rotate()
    chain.run('Ünïcode � “quoted” \\ \n')
    const file = fileOf(chain.signed)
    const known = { keys: [chain.key.name], receipts: [] }
    assert.equal(verifyReceipts(file, known).ok, true)
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const changed = Buffer.from(file)
        changed[place] = (changed[place] ?? 0) ^ change
        return !verifyReceipts(changed, known).ok
      }),
      { numRuns: 3_000 },
    )
  })

  it('show every byte that was added or taken out', () => {
    const file = fileOf(chainOf(2).signed)
    const known = { receipts: [] }
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (place, byte) => {
        const longer = Buffer.concat([file.subarray(0, place), Buffer.from([byte]), file.subarray(place)])
        const shorter = Buffer.concat([file.subarray(0, place), file.subarray(place + 1)])
        // The end of the last line says nothing.
        const isEnd = place === file.length - 1
        return !verifyReceipts(longer, known).ok && (isEnd || !verifyReceipts(shorter, known).ok)
      }),
      { numRuns: 1_000 },
    )
  })
})
