import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { RequestRecord } from '../../src/ports/request-record.ts'
import type { NewPlace } from './store-place.ts'
import { apiToken, enrolmentToken, everything, job, record, site, TwoAccounts } from './two-accounts.ts'

/** One change that a request can ask for. Each call of what `prepare` gives asks for the same, with a new id where one is made. */
interface Asked {
  (record?: RequestRecord): Promise<unknown>
}

const dayMs = 24 * 3_600_000

/** Every change of a store that comes with a request's record. */
const changes: Readonly<Record<string, (two: TwoAccounts) => Promise<Asked>>> = {
  'making a site': async ({ store, mine }) => {
    return kept => store.sites.create(site(mine), kept)
  },
  'making an API token': async ({ store, mine }) => {
    return kept => store.tokens.create(apiToken(mine), kept)
  },
  'revoking an API token': async ({ store, mine }) => {
    const { id } = await store.tokens.create(apiToken(mine))
    return kept => store.tokens.revoke(mine.accountId, id, 5, kept)
  },
  'making an enrolment token': async ({ store, mine }) => {
    return kept => store.agents.addEnrolmentToken(enrolmentToken(mine), kept)
  },
  'revoking an agent': async ({ store, mine }) => {
    return kept => store.agents.revoke(mine.accountId, mine.agentId, 5, kept)
  },
  'making a job': async ({ store, mine }) => {
    return kept => store.jobs.create(job(mine), kept)
  },
  'cancelling a job': async two => {
    const { id } = await two.queue(two.mine)
    return async kept => (await two.store.jobs.cancel(two.mine.accountId, id, 5, kept))?.job
  },
}

/** Everything that an account can see of itself. */
async function seen({ store }: TwoAccounts, accountId: string): Promise<unknown[]> {
  return [
    await everything(page => store.sites.list(accountId, page)),
    await everything(page => store.agents.list(accountId, page)),
    await everything(page => store.tokens.list(accountId, page)),
    await everything(page => store.jobs.list(accountId, {}, page)),
    await everything(page => store.audit.list(accountId, page)),
  ]
}

/** What every store keeps of the requests that change something. */
export function conformRequestRecords(newPlace: NewPlace): void {
  for (const [name, prepare] of Object.entries(changes)) {
    describe(name, () => {
      let two: TwoAccounts
      let change: Asked
      beforeEach(async () => {
        two = await TwoAccounts.make(newPlace)
        change = await prepare(two)
      })
      afterEach(() => two.remove())
      const mine = (): Promise<unknown[]> => seen(two, two.mine.accountId)
      const keyed = (key = 'k', requestHash = 'h', at = 0): RequestRecord => record(two.mine, { key, requestHash }, at)

      it('writes its line in the audit log', async () => {
        const kept = keyed()
        await change(kept)
        const [line] = await everything(page => two.store.audit.list(two.mine.accountId, page))
        assert.deepEqual(line, kept.audit)
      })

      it('is not made where its line can’t be written', async () => {
        const kept = keyed()
        await two.store.audit.append(kept.audit)
        const before = await mine()
        await assert.rejects(change(kept))
        assert.deepEqual(await mine(), before)
        await change(keyed())
        assert.notDeepEqual(await mine(), before)
      })

      it('happens once however often its request comes, and is answered as then', async () => {
        const first = await change(keyed())
        const after = await mine()
        assert.deepEqual(await change(keyed()), first)
        assert.deepEqual(await mine(), after)
      })

      it('is refused under a key of another request, and changes nothing', async () => {
        await two.store.sites.create(site(two.mine), keyed('k', 'another request'))
        const before = await mine()
        await assert.rejects(change(keyed()), { code: 'idempotency.conflict' })
        assert.deepEqual(await mine(), before)
      })

      it('has nothing to do with what another account did under the same key', async () => {
        await two.store.sites.create(site(two.theirs), record(two.theirs, { key: 'k', requestHash: 'other' }))
        const theirs = await seen(two, two.theirs.accountId)
        await change(keyed())
        assert.deepEqual(await seen(two, two.theirs.accountId), theirs)
      })

      it('remembers its key for a day', async () => {
        await change(keyed())
        const late = keyed('k', 'another request', dayMs + 1)
        await two.store.jobs.tick(dayMs, 100)
        await assert.rejects(two.store.sites.create(site(two.mine), late), { code: 'idempotency.conflict' })
        await two.store.jobs.tick(dayMs + 1, 100)
        await two.store.sites.create(site(two.mine), late)
      })
    })
  }

  describe('a change of what is not there', () => {
    it('writes nothing and remembers no key', async () => {
      const two = await TwoAccounts.make(newPlace)
      const kept = (): RequestRecord => record(two.mine, { key: 'k', requestHash: 'h' })
      const before = await seen(two, two.mine.accountId)
      const { tokens, agents, jobs } = two.store
      assert.equal(await tokens.revoke(two.mine.accountId, 'tok_of_nobody', 1, kept()), false)
      assert.equal(await agents.revoke(two.mine.accountId, two.theirs.agentId, 1, kept()), false)
      assert.equal(await jobs.cancel(two.mine.accountId, 'job_of_nobody', 1, kept()), undefined)
      assert.deepEqual(await seen(two, two.mine.accountId), before)
      assert.equal(await agents.revoke(two.mine.accountId, two.mine.agentId, 1, kept()), true)
      await two.remove()
    })
  })
}
