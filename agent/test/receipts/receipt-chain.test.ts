import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '@platen/protocol'
import { newKeyPair } from '../../src/identity/key-pair.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { ReceiptChain } from '../../src/receipts/receipt-chain.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { content, HandKeys, receiptsIn, testChain } from '../support/test-receipts.ts'

function open(test: TestContext): Journal {
  const journal = openJournal(join(tempFolder(test), 'journal.db'))
  test.after(() => journal.close())
  return journal
}

function add(journal: Journal, chain: ReceiptChain, what?: string): void {
  journal.append(chain.seal(content(what), 7).receipts)
}

const shapes = (journal: Journal): string[] => receiptsIn(journal).map(({ receipt: { seq, type } }) => `${seq} ${type}`)

describe('a chain of receipts', () => {
  it('begins with a receipt that says so, and binds each to the one before', test => {
    const journal = open(test)
    const chain = testChain(journal, new HandKeys())
    add(journal, chain)
    add(journal, chain)
    assert.deepEqual(shapes(journal), ['1 start', '2 run', '3 run'])
    const [first, second, third] = receiptsIn(journal)
    assert.deepEqual([first?.receipt.prev, second?.receipt.prev, third?.receipt.prev], [null, first?.hash, second?.hash])
    assert.match(first?.receipt.type === 'start' ? first.receipt.what : '', /first receipt/)
  })

  it('names the last of what it signs', test => {
    const journal = open(test)
    const { receipts, anchor } = testChain(journal, new HandKeys()).seal(content(), 7)
    const last = receipts.at(-1)
    assert.deepEqual(anchor, { chain: last?.receipt.chain, seq: 2, hash: last?.hash, signature: last?.signature })
  })

  it('can say later what came of something', test => {
    const journal = open(test)
    const chain = testChain(journal, new HandKeys())
    add(journal, chain)
    const [, run] = receiptsIn(journal)
    const follows = { seq: 2, hash: run?.hash ?? '' }
    const layers = [{ layer: 'cdn', state: 'purged', count: 3 }]
    journal.append(
      chain.seal({ type: 'follow', follows, job: newId('job'), kind: 'cache.purge', what: 'At the CDN too.', layers }, 9).receipts,
    )
    assert.deepEqual(shapes(journal), ['1 start', '2 run', '3 follow'])
  })

  it('has its next key vouched for by the one before', test => {
    const journal = open(test)
    const keys = new HandKeys()
    const chain = testChain(journal, keys)
    add(journal, chain)
    const next = newKeyPair()
    const [old] = keys.held()
    keys.use(next)
    add(journal, chain)
    const [, , vouching, after] = receiptsIn(journal)
    assert.deepEqual(shapes(journal), ['1 start', '2 run', '3 key', '4 run'])
    assert.deepEqual([vouching?.receipt.key, vouching?.receipt.type === 'key' && vouching.receipt.next], [old, next.publicKey])
    assert.equal(after?.receipt.key, next.publicKey)
  })

  it('goes on with the key that it names, also where the agent died before it gave the old one up', test => {
    const journal = open(test)
    const keys = new HandKeys()
    const agentId = newId('agent')
    const [pair] = keys.pairs
    assert.ok(pair)
    add(journal, testChain(journal, keys, { agentId }))
    const next = newKeyPair()
    keys.use(next)
    keys.pairs = [pair, next]
    add(journal, testChain(journal, keys, { agentId }))
    assert.equal(receiptsIn(journal).at(-1)?.receipt.key, next.publicKey)
    keys.use(next)
    assert.deepEqual(shapes(journal), ['1 start', '2 run', '3 key', '4 run'])
  })

  it('says nothing of keys that it never used', test => {
    const journal = open(test)
    const keys = new HandKeys()
    const chain = testChain(journal, keys)
    keys.use(newKeyPair())
    assert.deepEqual(shapes(journal), [])
    add(journal, chain)
    assert.deepEqual(shapes(journal), ['1 start', '2 run'])
  })

  it('begins anew, and says after what, where the site has a new agent', test => {
    const journal = open(test)
    const agentId = newId('agent')
    add(journal, testChain(journal, new HandKeys(), { agentId }))
    const before = receiptsIn(journal).at(-1)
    add(journal, testChain(journal, new HandKeys()))
    assert.deepEqual(shapes(journal), ['1 start', '2 run', '1 start', '2 run'])
    const start = receiptsIn(journal)[2]?.receipt
    assert.ok(start?.type === 'start' && before)
    assert.match(start.what, new RegExp(`new agent; ${agentId}`))
    assert.deepEqual(start.after, { chain: before.receipt.chain, seq: 2, hash: before.hash })
    assert.notEqual(start.chain, before.receipt.chain)
  })

  it('begins anew where nobody holds the key that it is at', test => {
    const journal = open(test)
    const agentId = newId('agent')
    add(journal, testChain(journal, new HandKeys(), { agentId }))
    add(journal, testChain(journal, new HandKeys(), { agentId }))
    const start = receiptsIn(journal)[2]?.receipt
    assert.match(start?.type === 'start' ? start.what : '', /did not vouch/)
  })

  it('begins anew where the journal may be an older copy, so that no two receipts go by one number', test => {
    const journal = open(test)
    const chain = testChain(journal, new HandKeys())
    chain.beginAnew()
    assert.deepEqual(shapes(journal), [])
    add(journal, chain)
    chain.beginAnew()
    add(journal, chain)
    assert.deepEqual(shapes(journal), ['1 start', '2 run', '1 start', '2 run'])
    const start = receiptsIn(journal)[2]?.receipt
    assert.match(start?.type === 'start' ? `${start.what} ${start.after?.seq}` : '', /older copy.* 2$/)
  })

  it('says when it begins because the journal was lost', test => {
    const journal = open(test)
    add(journal, testChain(journal, new HandKeys(), { lostBefore: () => 1_795_478_400_000 }))
    const [start] = receiptsIn(journal)
    assert.match(start?.receipt.type === 'start' ? start.receipt.what : '', /journal was lost.*2026-11-24T/)
  })

  it('takes none on record that is not the next one', test => {
    const journal = open(test)
    const chain = testChain(journal, new HandKeys())
    add(journal, chain)
    const [one, other] = [chain.seal(content('one'), 7), chain.seal(content('other'), 7)]
    journal.append(one.receipts)
    assert.throws(() => journal.append(other.receipts), { code: 'internal' })
    assert.deepEqual(shapes(journal), ['1 start', '2 run', '3 run'])
  })
})
