import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId } from '@platen/protocol'
import type { AgentStore } from '../../src/ports/agents.ts'
import type { NewPlace } from './store-place.ts'
import { enrolmentToken, everything, record, TwoAccounts } from './two-accounts.ts'

/** What every store of agents does. */
export function conformAgents(newPlace: NewPlace): void {
  describe('the agents of a store', () => {
    let two: TwoAccounts
    let agents: AgentStore
    beforeEach(async () => {
      two = await TwoAccounts.make(newPlace)
      agents = two.store.agents
    })
    afterEach(() => two.remove())

    const redemption = (hash: string, now = 0): Parameters<AgentStore['redeem']>[0] => ({
      hash,
      siteUrl: two.mine.siteUrl,
      agentId: newId('agent'),
      publicKey: 'a key',
      version: '0',
      now,
    })

    it('come from a token, as whatever account it was made for', async () => {
      const { accountId, siteId, agentId } = two.mine
      const known = { id: agentId, accountId, siteId, publicKey: 'a key', createdAt: 0, version: '0', stateSeq: 0, facts: {} }
      assert.deepEqual(await agents.resolve(agentId), known)
      assert.deepEqual(await agents.find(accountId, agentId), known)
    })

    it('are one a site: the one before is revoked and named', async () => {
      const agentId = newId('agent')
      const { revoked } = await two.enrol({ ...two.mine, agentId })
      assert.deepEqual(revoked, [two.mine.agentId])
      assert.equal((await agents.resolve(two.mine.agentId))?.revokedAt, 0)
      assert.equal((await agents.resolve(agentId))?.revokedAt, undefined)
      assert.equal((await agents.resolve(two.theirs.agentId))?.revokedAt, undefined)
    })

    it('enrol once by a token, also where two try at once', async () => {
      const { hash } = await agents.addEnrolmentToken(enrolmentToken(two.mine))
      const other = await two.another()
      const tries = await Promise.allSettled([
        agents.redeem(redemption(hash)),
        other.agents.redeem({ ...redemption(hash), publicKey: 'another' }),
      ])
      await other.close()
      assert.deepEqual(tries.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
      await assert.rejects(agents.redeem({ ...redemption(hash), publicKey: 'a third' }), { code: 'enrol.token_invalid' })
    })

    it('are what they were where the same key shows the token again: nobody else is made or revoked, and nothing is noted', async () => {
      const { accountId } = two.mine
      const { hash } = await agents.addEnrolmentToken(enrolmentToken(two.mine, 1_000))
      const first = await agents.redeem(redemption(hash))
      const noted = await everything(page => two.store.audit.list(accountId, page))
      const listed = await everything(page => agents.list(accountId, page))
      assert.deepEqual(await agents.redeem(redemption(hash, 999)), { agent: first.agent, revoked: [] })
      assert.deepEqual(await everything(page => agents.list(accountId, page)), listed)
      assert.deepEqual(await everything(page => two.store.audit.list(accountId, page)), noted)
    })

    it('are one where the same key shows the token twice at once', async () => {
      const { hash } = await agents.addEnrolmentToken(enrolmentToken(two.mine))
      const other = await two.another()
      const tries = [0, 1, 2].flatMap(() => [agents.redeem(redemption(hash)), other.agents.redeem(redemption(hash))])
      const answers = await Promise.all(tries)
      await other.close()
      assert.equal(new Set(answers.map(({ agent }) => agent.id)).size, 1)
      assert.deepEqual(
        answers.flatMap(({ revoked }) => revoked),
        [two.mine.agentId],
      )
    })

    it('are not given again by a token once its time is over, they are revoked, or another one took their place', async () => {
      const { accountId, siteUrl } = two.mine
      const { hash } = await agents.addEnrolmentToken(enrolmentToken(two.mine, 1_000))
      const { agent } = await agents.redeem(redemption(hash))
      await assert.rejects(agents.redeem(redemption(hash, 1_000)), { code: 'enrol.token_expired' })
      await assert.rejects(agents.redeem({ ...redemption(hash), siteUrl: `${siteUrl}/other` }), { code: 'enrol.token_invalid' })
      await two.enrol({ ...two.mine, agentId: newId('agent') })
      await assert.rejects(agents.redeem(redemption(hash)), { code: 'enrol.token_invalid' })
      assert.equal((await agents.resolve(agent.id))?.revokedAt, 0)
      const next = await agents.addEnrolmentToken(enrolmentToken(two.mine, 1_000))
      await agents.revoke(accountId, (await agents.redeem(redemption(next.hash))).agent.id, 5)
      await assert.rejects(agents.redeem(redemption(next.hash)), { code: 'enrol.token_invalid' })
    })

    it('are not given to the key that they had before', async () => {
      const { hash } = await agents.addEnrolmentToken(enrolmentToken(two.mine))
      const { agent } = await agents.redeem(redemption(hash))
      await agents.offerKey(agent.id, { publicKey: 'a key', pendingKey: 'next' })
      await agents.commitKey(agent.id, 'next', 5)
      await assert.rejects(agents.redeem(redemption(hash)), { code: 'enrol.token_invalid' })
    })

    it('enrol by no token that is unknown, old or another site’s, and such a try changes nothing', async () => {
      const { hash } = await agents.addEnrolmentToken(enrolmentToken(two.mine, 1_000))
      await assert.rejects(agents.redeem(redemption('unknown')), { code: 'enrol.token_invalid' })
      await assert.rejects(agents.redeem({ ...redemption(hash), siteUrl: two.theirs.siteUrl }), { code: 'enrol.token_invalid' })
      await assert.rejects(agents.redeem(redemption(hash, 1_000)), { code: 'enrol.token_expired' })
      assert.equal((await agents.resolve(two.mine.agentId))?.revokedAt, undefined)
      assert.deepEqual((await agents.redeem(redemption(hash, 999))).revoked, [two.mine.agentId])
    })

    it('have tokens for sites of their account only', async () => {
      const crossed = enrolmentToken({ accountId: two.theirs.accountId, siteId: two.mine.siteId })
      await assert.rejects(agents.addEnrolmentToken(crossed), { code: 'site.not_found' })
      await assert.rejects(agents.redeem(redemption(crossed.hash)), { code: 'enrol.token_invalid' })
    })

    it('are found and revoked by their account only', async () => {
      const { accountId, agentId } = two.mine
      assert.equal(await agents.find(two.theirs.accountId, agentId), undefined)
      assert.equal(await agents.revoke(two.theirs.accountId, agentId, 5), false)
      assert.equal((await agents.resolve(agentId))?.revokedAt, undefined)
      assert.equal(await agents.revoke(accountId, agentId, 5), true)
      assert.equal(await agents.revoke(accountId, agentId, 6), true)
      assert.equal((await agents.resolve(agentId))?.revokedAt, 5)
    })

    it('are connected until the session ends that they were last heard in, whatever becomes of older ones', async () => {
      const { agentId } = two.mine
      const connectedAt = async (): Promise<unknown> => (await agents.resolve(agentId))?.connectedAt
      await agents.seen(agentId, 'sess_1', 10)
      await agents.seen(agentId, 'sess_2', 20)
      await agents.left(agentId, 'sess_1', 30)
      assert.equal(await connectedAt(), 10)
      await agents.left(agentId, 'sess_2', 40)
      assert.equal(await connectedAt(), undefined)
      await agents.left('agent_of_nobody', 'sess_1', 50)
    })

    it('are connected from the first time they are heard to the time they go', async () => {
      const { agentId } = two.mine
      const times = async (): Promise<unknown> => {
        const { connectedAt, seenAt, version } = (await agents.resolve(agentId)) ?? {}
        return [connectedAt, seenAt, version]
      }
      await agents.seen(agentId, 'sess_1', 10, '1.2.3')
      await agents.seen(agentId, 'sess_1', 20)
      assert.deepEqual(await times(), [10, 20, '1.2.3'])
      await agents.left(agentId, 'sess_1', 30)
      assert.deepEqual(await times(), [undefined, 30, '1.2.3'])
      assert.equal((await agents.resolve(two.theirs.agentId))?.seenAt, undefined)
    })

    it('are not connected any more once they are revoked', async () => {
      const { accountId, agentId } = two.mine
      await agents.seen(agentId, 'sess_1', 10)
      await agents.revoke(accountId, agentId, 20)
      assert.equal((await agents.resolve(agentId))?.connectedAt, undefined)
    })

    it('report what changed in order, or all of it after a gap', async () => {
      const { agentId } = two.mine
      assert.equal(await agents.report(agentId, { seq: 1, full: false, facts: { php: '8.2', nginx: true } }), true)
      assert.equal(await agents.report(agentId, { seq: 2, full: false, facts: { php: '8.3' } }), true)
      assert.deepEqual((await agents.resolve(agentId))?.facts, { php: '8.3', nginx: true })
      for (const seq of [2, 4]) assert.equal(await agents.report(agentId, { seq, full: false, facts: { php: 'lost' } }), false)
      assert.equal(await agents.report(agentId, { seq: 9, full: true, facts: { redis: null } }), true)
      const { facts, stateSeq } = (await agents.resolve(agentId)) ?? {}
      assert.deepEqual([facts, stateSeq], [{ redis: null }, 9])
      assert.equal(await agents.report('agent_of_nobody', { seq: 1, full: true, facts: {} }), false)
    })

    it('have no more facts than one report can hold, however small the pieces are that they come in', async () => {
      const { agentId } = two.mine
      const facts = (from: number, count: number): Record<string, boolean> =>
        Object.fromEntries(Array.from({ length: count }, (_, at) => [`fact.${from + at}`, true]))
      assert.equal(await agents.report(agentId, { seq: 1, full: false, facts: facts(0, 500) }), true)
      assert.equal(await agents.report(agentId, { seq: 2, full: false, facts: facts(0, 3) }), true)
      assert.equal(await agents.report(agentId, { seq: 3, full: false, facts: facts(500, 1) }), false)
      assert.equal(Object.keys((await agents.resolve(agentId))?.facts ?? {}).length, 500)
    })

    it('keep a new key beside the one in use until it is taken, and forget the old one then', async () => {
      const { agentId, accountId } = two.mine
      const keys = async (): Promise<unknown> => {
        const { publicKey, pendingKey, rotationAskedAt } = (await agents.resolve(agentId)) ?? {}
        return [publicKey, pendingKey, rotationAskedAt]
      }
      assert.equal(await agents.askRotation(accountId, agentId, 5), true)
      assert.equal(await agents.askRotation(accountId, agentId, 6), true)
      assert.equal(await agents.offerKey(agentId, { publicKey: 'a key', pendingKey: 'first' }), true)
      assert.equal(await agents.offerKey(agentId, { publicKey: 'a key', pendingKey: 'second' }), true)
      assert.deepEqual(await keys(), ['a key', 'second', 5])
      for (const other of ['first', 'a key', 'made up']) assert.equal(await agents.commitKey(agentId, other, 7), false)
      assert.deepEqual(await keys(), ['a key', 'second', 5])
      assert.equal(await agents.commitKey(agentId, 'second', 7), true)
      assert.deepEqual(await keys(), ['second', undefined, undefined])
      assert.equal(await agents.commitKey(agentId, 'second', 7), false)
      assert.equal(await agents.offerKey(agentId, { publicKey: 'a key', pendingKey: 'third' }), false)
      assert.equal((await agents.resolve(two.theirs.agentId))?.publicKey, 'a key')
      const { items } = await two.store.audit.list(accountId, { limit: 10 })
      assert.deepEqual(
        items.filter(({ action }) => action === 'agent.rotate').map(({ actor, subject, at }) => [actor, subject, at]),
        [[`agent:${agentId}`, agentId, 7]],
      )
    })

    it('are asked for a new key by their account only, and get none once they are revoked', async () => {
      const { agentId, accountId } = two.mine
      assert.equal(await agents.askRotation(two.theirs.accountId, agentId, 5), false)
      await agents.offerKey(agentId, { publicKey: 'a key', pendingKey: 'next' })
      await agents.revoke(accountId, agentId, 5)
      assert.equal(await agents.askRotation(accountId, agentId, 6), false)
      assert.equal(await agents.offerKey(agentId, { publicKey: 'a key', pendingKey: 'another' }), false)
      assert.equal(await agents.commitKey(agentId, 'next', 6), false)
      const { publicKey, rotationAskedAt } = (await agents.resolve(agentId)) ?? {}
      assert.deepEqual([publicKey, rotationAskedAt], ['a key', undefined])
    })

    it('are asked for a new key once by a request that comes twice', async () => {
      const { agentId, accountId } = two.mine
      const asked = (at: number): ReturnType<typeof record> => record(two.mine, { key: 'once', requestHash: 'same' }, at)
      assert.equal(await agents.askRotation(accountId, agentId, 5, asked(5)), true)
      await agents.offerKey(agentId, { publicKey: 'a key', pendingKey: 'next' })
      await agents.commitKey(agentId, 'next', 6)
      assert.equal(await agents.askRotation(accountId, agentId, 7, asked(7)), true)
      assert.equal((await agents.resolve(agentId))?.rotationAskedAt, undefined)
    })

    it('stay listed when they are revoked', async () => {
      await agents.revoke(two.mine.accountId, two.mine.agentId, 5)
      const listed = await everything(page => agents.list(two.mine.accountId, page))
      assert.deepEqual(
        listed.map(({ id, revokedAt }) => [id, revokedAt]),
        [[two.mine.agentId, 5]],
      )
    })
  })
}
