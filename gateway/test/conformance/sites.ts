import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { NewPlace } from './store-place.ts'
import { record, site, TwoAccounts } from './two-accounts.ts'

/** What every store of sites does. */
export function conformSites(newPlace: NewPlace): void {
  describe('the sites of a store', () => {
    let two: TwoAccounts
    beforeEach(async () => (two = await TwoAccounts.make(newPlace)))
    afterEach(() => two.remove())

    it('are found as they were made', async () => {
      const made = site(two.mine)
      assert.deepEqual(await two.store.sites.create(made), made)
      assert.deepEqual(await two.store.sites.find(made.accountId, made.id), made)
    })

    it('are found by their account only', async () => {
      assert.equal(await two.store.sites.find(two.theirs.accountId, two.mine.siteId), undefined)
    })

    it('remember where they are at a CDN, until they are at none', async () => {
      const { accountId, siteId } = two.mine
      const cdn = { account: 'main', zone: '023e105f4ecef8ad9ca31a8372d0c353', hosts: ['a.example', 'www.a.example'] }
      assert.equal(await two.store.sites.setCdn(accountId, siteId, cdn), true)
      const [listed] = (await two.store.sites.list(accountId, { limit: 10 })).items
      assert.deepEqual([(await two.store.sites.find(accountId, siteId))?.cdn, listed?.cdn], [cdn, cdn])
      assert.equal(await two.store.sites.setCdn(accountId, siteId, null), true)
      assert.equal((await two.store.sites.find(accountId, siteId))?.cdn, undefined)
    })

    it('are placed at a CDN by their account only', async () => {
      const cdn = { account: 'main', zone: 'z', hosts: ['a.example'] }
      assert.equal(await two.store.sites.setCdn(two.theirs.accountId, two.mine.siteId, cdn), false)
      assert.equal((await two.store.sites.find(two.mine.accountId, two.mine.siteId))?.cdn, undefined)
    })

    it('have one URL each within an account, and a refused one leaves nothing behind', async () => {
      const again = { ...site(two.mine), url: two.mine.siteUrl }
      const key = { key: 'k', requestHash: 'h' }
      await assert.rejects(two.store.sites.create(again, record(two.mine, key)), { code: 'site.exists' })
      assert.equal(await two.store.sites.find(again.accountId, again.id), undefined)
      const other = site(two.mine)
      assert.deepEqual(await two.store.sites.create(other, record(two.mine, key)), other)
    })

    it('may have a URL that another account has, too', async () => {
      const same = { ...site(two.theirs), url: two.mine.siteUrl }
      assert.deepEqual(await two.store.sites.create(same), same)
    })
  })
}
