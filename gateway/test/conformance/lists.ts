import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { limits, newId } from '@platen/protocol'
import type { Page, PageRequest } from '../../src/ports/page.ts'
import type { Store } from '../../src/ports/store.ts'
import type { NewPlace } from './store-place.ts'
import { apiToken, auditLine, everything, job, site, TwoAccounts, type Party } from './two-accounts.ts'

interface Listed {
  readonly id: string
  readonly accountId: string
}

/** Each list, and how something gets into it. */
const lists: readonly {
  readonly name: string
  readonly add: (two: TwoAccounts, party: Party) => Promise<unknown>
  readonly list: (store: Store, accountId: string, page: PageRequest) => Promise<Page<Listed>>
}[] = [
  {
    name: 'sites',
    add: ({ store }, party) => store.sites.create(site(party)),
    list: ({ sites }, accountId, page) => sites.list(accountId, page),
  },
  {
    name: 'agents',
    add: (two, party) => two.enrol({ ...party, agentId: newId('agent') }),
    list: ({ agents }, accountId, page) => agents.list(accountId, page),
  },
  {
    name: 'tokens',
    add: ({ store }, party) => store.tokens.create(apiToken(party)),
    list: ({ tokens }, accountId, page) => tokens.list(accountId, page),
  },
  {
    name: 'jobs',
    add: (two, party) => two.queue(party),
    list: ({ jobs }, accountId, page) => jobs.list(accountId, {}, page),
  },
  {
    name: 'audit',
    add: ({ store }, party) => store.audit.append(auditLine(party)),
    list: ({ audit }, accountId, page) => audit.list(accountId, page),
  },
]

/** Bytes of a job, more or less. */
const heavy = (bytes: number): object => ({ input: { everything: true, reason: 'x'.repeat(bytes) } })

/** Every list of a store: whose items it shows, in which order, page by page. */
export function conformLists(newPlace: NewPlace): void {
  describe('a page of large jobs', () => {
    it('is as long as its bytes allow, and one job at least', async test => {
      const two = await TwoAccounts.make(newPlace)
      test.after(() => two.remove())
      const { accountId } = two.mine
      const { jobs } = two.store
      const bytes = limits.job.pageBytes / 8
      const made = Array.from({ length: 18 }, (_, index) => job(two.mine, heavy(index === 5 ? 9 * bytes : bytes)))
      for (let at = 0; at < made.length; at += 6) await jobs.createBatch(accountId, made.slice(at, at + 6))
      const first = await jobs.list(accountId, {}, { limit: 100 })
      assert.deepEqual([first.items.length, first.nextCursor], [7, first.items.at(-1)?.id])
      const all = await everything(page => jobs.list(accountId, {}, page))
      assert.deepEqual(
        all.map(({ id }) => id),
        made.map(({ id }) => id).toReversed(),
      )
      assert.equal((await jobs.list(accountId, {}, { limit: 100, after: made[6]?.id ?? '' })).items.length, 1)
    })
  })
  for (const { name, add, list } of lists) {
    describe(`the list of ${name}`, () => {
      let two: TwoAccounts
      beforeEach(async () => (two = await TwoAccounts.make(newPlace)))
      afterEach(() => two.remove())

      const ids = async (accountId: string, limit: number): Promise<string[]> => {
        const items = await everything(page => list(two.store, accountId, page), limit)
        for (const item of items) assert.equal(item.accountId, accountId)
        return items.map(({ id }) => id)
      }

      it('shows what the account has and nothing of another account', async () => {
        const before = (await ids(two.mine.accountId, 100)).length
        for (let count = 0; count < 3; count += 1) await add(two, two.mine)
        for (let count = 0; count < 2; count += 1) await add(two, two.theirs)
        assert.equal((await ids(two.mine.accountId, 100)).length, before + 3)
        assert.equal((await ids(two.theirs.accountId, 100)).length, before + 2)
        assert.deepEqual(await ids('acct_of_nobody', 100), [])
      })

      it('gives each item once, newest first, however long the pages are', async () => {
        for (let count = 0; count < 6; count += 1) await add(two, count % 3 === 0 ? two.theirs : two.mine)
        const whole = await ids(two.mine.accountId, 100)
        assert.deepEqual(whole, whole.toSorted().toReversed())
        for (const limit of [1, 2, whole.length]) assert.deepEqual(await ids(two.mine.accountId, limit), whole)
      })

      it('has no next page after its last item', async () => {
        await add(two, two.mine)
        const { length } = await ids(two.mine.accountId, 100)
        assert.equal((await list(two.store, two.mine.accountId, { limit: length })).nextCursor, undefined)
      })

      it('goes on after a cursor as if nothing had been added meanwhile', async () => {
        for (let count = 0; count < 4; count += 1) await add(two, two.mine)
        const whole = await ids(two.mine.accountId, 100)
        const first = await list(two.store, two.mine.accountId, { limit: 2 })
        assert.ok(first.nextCursor !== undefined)
        await add(two, two.mine)
        const rest = await list(two.store, two.mine.accountId, { limit: 100, after: first.nextCursor })
        assert.deepEqual(
          [...first.items, ...rest.items].map(({ id }) => id),
          whole,
        )
      })
    })
  }
}
