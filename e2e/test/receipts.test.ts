import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { ReceiptChain } from '@platen/agent'
import { verifyReceipts, type Verdict } from '@platen/gateway'
import { newId } from '@platen/protocol'
import { BothEnds, until } from './both-ends.ts'

/** What is said of a purge. */
const purged = (job: string = newId('job')): Parameters<ReceiptChain['seal']>[0] => ({
  type: 'run',
  job,
  attempt: 1,
  epoch: 1,
  kind: 'cache.purge',
  outcome: 'succeeded',
  effect: 'applied',
  what: 'Visitors get 1 new page, fetched and checked.',
  layers: [
    { layer: 'nginx', state: 'purged', count: 1 },
    { layer: 'cdn', state: 'pending', count: 0 },
  ],
  pages: { fresh: 1, stale: 0, unreachable: 0, removed: 0, sample: [{ url: 'https://a.example/', state: 'fresh' }] },
})

describe('the receipts of an agent', { timeout: 60_000 }, () => {
  let ends: BothEnds

  beforeEach(async () => {
    ends = await BothEnds.make()
  })
  afterEach(() => ends.remove())

  const purge = (): void => ends.journal.append(ends.receipts.seal(purged(), 7).receipts)
  const stored = async (): Promise<string> => (await ends.store.agents.resolve(ends.identity.agentId))?.publicKey ?? ''
  const lines = (): Buffer =>
    Buffer.from(
      ends.journal
        .receipts(0)
        .lines.map(line => `${line}\n`)
        .join(''),
    )
  const verified = (...keys: string[]): Verdict => verifyReceipts(lines(), { keys, receipts: [] })

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
    purge()
    const { ok, chains } = verified(first, await stored())
    assert.deepEqual([ok, chains.length], [true, 2])
    assert.match(chains[1]?.begins ?? '', /new agent/)
  })

  /** A purge ends while the gateway is away and the CDN has yet to do its part. Gives its job. */
  const purgeUnheard = async (): Promise<string> => {
    await ends.store.sites.setCdn(ends.accountId, ends.siteId, {
      account: 'main',
      zone: '023e105f4ecef8ad9ca31a8372d0c353',
      hosts: ['a.example'],
    })
    await ends.stopGateway()
    const jobId = newId('job')
    ends.cdn.want({ jobId, what: { urls: ['https://a.example/'] }, urgent: false })
    assert.deepEqual(await ends.cdn.outcome(jobId, 5_000), { outcome: 'pending', code: 'gateway.unreachable' })
    const { receipts, anchor } = ends.receipts.seal(purged(jobId), 7)
    const identity = { jobId, kind: 'cache.purge', input: {}, origin: 'owner', attempt: 1, epoch: 1, runMs: 1, createdAt: 1 } as const
    const end = { outcome: 'succeeded', effect: 'applied' } as const
    ends.journal.save({ ...identity, state: 'ended', finishedAt: 7, end, receipt: anchor }, [], receipts)
    ends.cdn.leave(jobId)
    return jobId
  }
  const noted = async (jobId: string): Promise<void> => {
    await ends.startGateway()
    ends.startAgent()
    await until(() => ends.journal.followUps.of(jobId).length > 0, 'noted')
  }

  it('say later what became of a purge at the CDN, which `platen receipts verify` shows', async () => {
    const jobId = await purgeUnheard()
    // As a start of the agent does after a kill.
    ends.readIdentity()
    await noted(jobId)
    const platen = join(import.meta.dirname, '..', '..', 'gateway', 'bin', 'platen')
    const shown = execFileSync(platen, ['receipts', 'verify', '-', '--key', await stored()], { input: lines(), encoding: 'utf8' })
    assert.match(shown, /^✔ 3 receipts: every hash, link and signature fits\.$/m)
    assert.match(shown, /^follows +3 on 2: Purged at the CDN\.$/m)
  })

  it('say it of a purge of the agent that was there before, in the new one’s chain', async () => {
    const first = await stored()
    const jobId = await purgeUnheard()
    await ends.enrol()
    await noted(jobId)
    const { ok, problems, chains } = verified(first, await stored())
    assert.equal(ok, true, JSON.stringify(problems))
    const [before, after] = chains
    const [follow] = after?.followUps ?? []
    assert.deepEqual([follow?.follows.chain, follow?.follows.seq, follow?.job], [before?.chain, 2, jobId])
    assert.match(follow?.what ?? '', /^Purged at the CDN\. A new chain has begun since/)
  })
})
