import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { ReceiptChain } from '@platen/agent'
import { verifyReceipts, type Verdict } from '@platen/gateway'
import { newId } from '@platen/protocol'
import { BothEnds, until } from './both-ends.ts'

/** What is said of a purge. */
const purged = (): Parameters<ReceiptChain['seal']>[0] => ({
  type: 'run',
  job: newId('job'),
  attempt: 1,
  epoch: 1,
  kind: 'cache.purge',
  outcome: 'succeeded',
  effect: 'applied',
  what: 'Visitors get 1 new page, fetched and checked.',
  layers: [{ layer: 'nginx', state: 'purged', count: 1 }],
  pages: { fresh: 1, stale: 0, unreachable: 0, removed: 0, sample: [{ url: 'https://a.example/', state: 'fresh' }] },
})

describe('the receipts of an agent', { timeout: 60_000 }, () => {
  let ends: BothEnds
  let chain: ReceiptChain

  beforeEach(async () => {
    ends = await BothEnds.make()
    chain = chainNow()
  })
  afterEach(() => ends.remove())

  /** The chain of the identity that is on disk, as a start of the agent takes it up. */
  const chainNow = (): ReceiptChain => {
    const { siteId, agentId, receiptKeys: keys } = ends.identity
    assert.ok(keys)
    return new ReceiptChain({ siteId, agentId, keys, journal: ends.journal, lostBefore: () => undefined, clock: { now: () => 5 } })
  }
  const purge = (): void => ends.journal.append(chain.seal(purged(), 7).receipts)
  const stored = async (): Promise<string> => (await ends.store.agents.resolve(ends.identity.agentId))?.publicKey ?? ''
  const verified = (...keys: string[]): Verdict =>
    verifyReceipts(
      Buffer.from(
        ends.journal
          .receipts(0)
          .lines.map(line => `${line}\n`)
          .join(''),
      ),
      { keys, receipts: [] },
    )

  it('are checked by the key that the gateway has, before and after it was changed over the link', async () => {
    const first = await stored()
    purge()
    const link = ends.startAgent()
    await ends.linkIs('open')
    link.rotateKey()
    await until(async () => (await stored()) !== first && !link.keyChanging, 'changed on both sides')
    purge()
    const second = await stored()
    for (const key of [first, second]) {
      const { ok, problems, chains } = verified(key)
      assert.equal(ok, true, JSON.stringify(problems))
      assert.deepEqual([chains[0]?.receipts, chains[0]?.keys], [4, [first, second]])
    }
    assert.deepEqual(
      verified('k'.repeat(43)).problems.map(({ code }) => code),
      ['receipt.key_unknown'],
    )
  })

  it('begin anew with an agent that is enrolled in place of another', async () => {
    const first = await stored()
    purge()
    await ends.enrol()
    chain = chainNow()
    purge()
    const { ok, chains } = verified(first, await stored())
    assert.deepEqual([ok, chains.length], [true, 2])
    assert.match(chains[1]?.begins ?? '', /new agent/)
  })
})
