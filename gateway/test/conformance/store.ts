import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { conformAcrossAccounts } from './across-accounts.ts'
import { conformAgents } from './agents.ts'
import { conformAudit } from './audit.ts'
import { conformBounds } from './bounds.ts'
import { conformClocks } from './clocks.ts'
import { conformEvents } from './events.ts'
import { conformFailures } from './failures.ts'
import { conformJobs } from './jobs.ts'
import { conformLists } from './lists.ts'
import { conformProcesses } from './processes.ts'
import { conformQueue } from './queue.ts'
import { conformRequestRecords } from './request-records.ts'
import { conformSites } from './sites.ts'
import type { NewPlace } from './store-place.ts'
import { conformTokens } from './tokens.ts'
import { apiToken, everything, record, site, TwoAccounts } from './two-accounts.ts'
import { claimOne } from '../support/agent-words.ts'

/** Every promise of the store's ports, tried on one implementation. */
export function conformStore(newPlace: NewPlace): void {
  conformSites(newPlace)
  conformAgents(newPlace)
  conformTokens(newPlace)
  conformAudit(newPlace)
  conformJobs(newPlace)
  conformQueue(newPlace)
  conformBounds(newPlace)
  conformEvents(newPlace)
  conformLists(newPlace)
  conformAcrossAccounts(newPlace)
  conformRequestRecords(newPlace)
  conformClocks(newPlace)
  conformFailures(newPlace)
  conformProcesses(newPlace)
  conformReopening(newPlace)
}

function conformReopening(newPlace: NewPlace): void {
  describe('a store that is opened again', () => {
    it('has everything that was committed before, keys of requests included', async () => {
      const two = await TwoAccounts.make(newPlace)
      const key = { key: 'k', requestHash: 'h' }
      const made = await two.store.sites.create(site(two.mine), record(two.mine, key))
      const token = await two.store.tokens.create(apiToken(two.mine))
      const job = await two.queue(two.mine)
      const { accountId, siteId, agentId } = two.mine
      const offered = await claimOne(two.store.jobs, siteId, agentId, 1_000, 0)
      const events = await two.store.jobs.events(accountId, { siteId }, 0, 100)
      const audit = await everything(page => two.store.audit.list(accountId, page))
      assert.ok(offered?.id === job.id && events.length === 2 && audit.length === 2)
      await two.reopen()
      assert.equal(await two.store.healthy(), true)
      assert.deepEqual(await two.store.jobs.find(accountId, job.id), offered)
      assert.deepEqual(await two.store.jobs.events(accountId, { siteId }, 0, 100), events)
      assert.deepEqual(await everything(page => two.store.audit.list(accountId, page)), audit)
      assert.deepEqual(await two.store.tokens.byHash(token.hash), token)
      assert.equal((await two.store.agents.resolve(agentId))?.siteId, siteId)
      assert.deepEqual(await two.store.sites.create(site(two.mine), record(two.mine, key)), made)
      await two.remove()
    })
  })
}
