import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { NewPlace } from './store-place.ts'
import { apiToken, everything, TwoAccounts } from './two-accounts.ts'

/** What every store of API tokens does. */
export function conformTokens(newPlace: NewPlace): void {
  describe('the API tokens of a store', () => {
    let two: TwoAccounts
    beforeEach(async () => (two = await TwoAccounts.make(newPlace)))
    afterEach(() => two.remove())

    it('are found by their hash, with account and scope', async () => {
      const made = apiToken(two.mine, 'dispatch')
      assert.deepEqual(await two.store.tokens.create(made), made)
      assert.deepEqual(await two.store.tokens.byHash(made.hash), made)
      assert.equal(await two.store.tokens.byHash('another hash'), undefined)
    })

    it('are not found any more once they are revoked, and stay listed', async () => {
      const made = apiToken(two.mine)
      await two.store.tokens.create(made)
      assert.equal(await two.store.tokens.revoke(made.accountId, made.id, 9), true)
      assert.equal(await two.store.tokens.revoke(made.accountId, made.id, 10), true)
      assert.equal(await two.store.tokens.byHash(made.hash), undefined)
      assert.deepEqual(await everything(page => two.store.tokens.list(made.accountId, page)), [{ ...made, revokedAt: 9 }])
    })

    it('are revoked by their account only', async () => {
      const made = apiToken(two.mine)
      await two.store.tokens.create(made)
      assert.equal(await two.store.tokens.revoke(two.theirs.accountId, made.id, 9), false)
      assert.deepEqual(await two.store.tokens.byHash(made.hash), made)
    })

    it('say whether anybody can call the gateway yet', async () => {
      assert.equal(await two.store.tokens.hasAccount(), false)
      await two.store.tokens.create(apiToken(two.mine))
      assert.equal(await two.store.tokens.hasAccount(), true)
    })
  })
}
