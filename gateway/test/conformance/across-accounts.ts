import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { newId } from '@platen/protocol'
import type { Job } from '../../src/domain/job.ts'
import type { Store } from '../../src/ports/store.ts'
import { claimOne, say } from '../support/agent-words.ts'
import type { NewPlace } from './store-place.ts'
import { apiToken, enrolmentToken, everything, job, localJob, record, site, TwoAccounts } from './two-accounts.ts'

type Roles = Pick<Store, 'jobs' | 'sites' | 'agents' | 'tokens' | 'audit'>
/** What the other account, or its agent, gets when it tries a method on what is mine. */
type Try = (store: Store, mine: Mine, theirs: Mine) => Promise<unknown>
/** `open`: a method for whoever was let in by other means, which asks for no account and shows none. */
type Tries = { readonly [Role in keyof Roles]: { readonly [Method in keyof Roles[Role]]: Try | 'open' } }

/** Everything of a party that another one might reach for. */
interface Mine {
  readonly accountId: string
  readonly siteId: string
  readonly siteUrl: string
  readonly agentId: string
  readonly queued: Job
  readonly offered: Job & { readonly state: 'offered' }
  readonly local: Job
  readonly tokenId: string
}

const page = { limit: 100 }
const done = { outcome: 'succeeded', effect: 'applied' } as const
const asTheirs = <T extends object>(made: T, { accountId }: Mine): T => ({ ...made, accountId })

/** A new method has to be entered here: the types ask for it. */
const tries: Tries = {
  jobs: {
    create: (store, mine, theirs) => store.jobs.create(asTheirs(job(mine), theirs)),
    createBatch: (store, mine, theirs) => store.jobs.createBatch(theirs.accountId, [asTheirs(job(mine), theirs)]),
    importLocal: (store, mine, theirs) => store.jobs.importLocal(localJob(theirs, mine.queued.id)),
    find: (store, mine, theirs) => store.jobs.find(theirs.accountId, mine.queued.id),
    findAt: (store, mine, theirs) => store.jobs.findAt([theirs.siteId, 'pool:verifiers'], mine.queued.id),
    list: async (store, mine, theirs) => (await store.jobs.list(theirs.accountId, { siteId: mine.siteId }, page)).items,
    cancel: (store, mine, theirs) => store.jobs.cancel(theirs.accountId, mine.queued.id, 9, record(theirs)),
    claim: async (store, mine, theirs) => {
      const claimed = await store.jobs.claim({
        places: [theirs.siteId],
        agentId: mine.agentId,
        kinds: [mine.queued.kind],
        leaseMs: 9,
        now: 9,
        most: 9,
      })
      return claimed.jobs.filter(({ siteId }) => siteId === mine.siteId)
    },
    leased: async (store, mine, theirs) => notOf(mine, await store.jobs.leased([theirs.siteId], mine.agentId)),
    apply: (store, mine, theirs) =>
      say(store.jobs, { ...mine, siteId: theirs.siteId }, mine.offered.id, { type: 'end', epoch: 1, end: done }, 9),
    wait: (store, mine, theirs) => {
      const child = job(theirs)
      const event = { type: 'wait', epoch: 1, agentId: mine.agentId, childId: child.id, effect: 'none' } as const
      return store.jobs.wait([theirs.siteId], mine.offered.id, event, child, 9)
    },
    finishLocal: async (store, mine, theirs) => (await store.jobs.finishLocal(theirs.siteId, mine.local.id, done, 9)) !== 'unknown',
    tick: 'open',
    forget: 'open',
    events: async (store, mine, theirs) => [
      ...(await store.jobs.events(theirs.accountId, { siteId: mine.siteId }, 0, 100)),
      ...(await store.jobs.events(theirs.accountId, { jobId: mine.queued.id }, 0, 100)),
    ],
  },
  sites: {
    create: (store, mine, theirs) => store.sites.create({ ...site(theirs), id: mine.siteId }),
    find: (store, mine, theirs) => store.sites.find(theirs.accountId, mine.siteId),
    list: async (store, mine, theirs) => notOf(mine, (await store.sites.list(theirs.accountId, page)).items),
    setCdn: (store, mine, theirs) => store.sites.setCdn(theirs.accountId, mine.siteId, { account: 'a', zone: 'z', hosts: ['a.example'] }),
  },
  agents: {
    addEnrolmentToken: (store, mine, theirs) => store.agents.addEnrolmentToken(asTheirs(enrolmentToken(mine), theirs)),
    redeem: async (store, mine, theirs) => {
      const { hash } = await store.agents.addEnrolmentToken(enrolmentToken(theirs))
      return store.agents.redeem({ hash, siteUrl: mine.siteUrl, agentId: newId('agent'), publicKey: 'a key', version: '0', now: 0 })
    },
    resolve: 'open',
    find: (store, mine, theirs) => store.agents.find(theirs.accountId, mine.agentId),
    list: async (store, mine, theirs) => notOf(mine, (await store.agents.list(theirs.accountId, page)).items),
    revoke: (store, mine, theirs) => store.agents.revoke(theirs.accountId, mine.agentId, 9, record(theirs)),
    // They are the platform's own account, and may do so with agents of theirs.
    assignPool: (store, mine, theirs) => store.agents.assignPool(theirs.accountId, mine.agentId, 'verifiers', record(theirs)),
    askRotation: (store, mine, theirs) => store.agents.askRotation(theirs.accountId, mine.agentId, 9, record(theirs)),
    offerKey: 'open',
    commitKey: 'open',
    seen: 'open',
    left: 'open',
    report: 'open',
  },
  tokens: {
    createAccount: (store, mine) => store.tokens.createAccount(mine.accountId, 'another one', 9, true),
    hasAccount: 'open',
    create: (store, mine, theirs) => store.tokens.create({ ...apiToken(theirs), id: mine.tokenId }),
    byHash: 'open',
    list: async (store, mine, theirs) => notOf(mine, (await store.tokens.list(theirs.accountId, page)).items),
    revoke: (store, mine, theirs) => store.tokens.revoke(theirs.accountId, mine.tokenId, 9, record(theirs)),
  },
  audit: {
    append: 'open',
    list: async (store, mine, theirs) => notOf(mine, (await store.audit.list(theirs.accountId, page)).items),
  },
}

/** Every method of every role, tried on another account's things. */
export function conformAcrossAccounts(newPlace: NewPlace): void {
  describe('a store, of which an account that tries', () => {
    let two: TwoAccounts
    let mine: Mine
    let theirs: Mine
    // One for all of them: none changes anything, which each sees for itself.
    before(async () => {
      two = await TwoAccounts.make(newPlace, { theirsIsPlatform: true })
      mine = await possessions(two, two.mine)
      theirs = await possessions(two, two.theirs)
    })
    after(() => two.remove())

    for (const [role, methods] of Object.entries(tries))
      for (const [method, attempt] of Object.entries(methods) as [string, Try | 'open'][])
        if (attempt !== 'open')
          it(`${role}.${method} on what is another’s gets nothing and changes nothing of it`, async () => {
            const earlier = await seen(two.store, mine)
            assert.ok(isNothing(await attempt(two.store, mine, theirs).catch(refusal)))
            assert.deepEqual(await seen(two.store, mine), earlier)
          })

    it('to assign a pool to an agent may do so where it is the platform’s own, with agents of its own', async () => {
      const { agents } = two.store
      await assert.rejects(agents.assignPool(mine.accountId, mine.agentId, 'verifiers'), { code: 'pool.denied' })
      assert.equal(await agents.assignPool(theirs.accountId, theirs.agentId, 'verifiers'), true)
      assert.equal((await agents.resolve(theirs.agentId))?.pool, 'verifiers')
      assert.equal(await agents.assignPool(theirs.accountId, theirs.agentId, null), true)
      assert.equal((await agents.resolve(theirs.agentId))?.pool, undefined)
    })
  })
}

async function possessions({ store }: TwoAccounts, party: TwoAccounts['mine']): Promise<Mine> {
  const first = await store.jobs.create(job(party))
  const offered = await claimOne(store.jobs, party.siteId, party.agentId, 1_000, 0)
  assert.ok(offered?.id === first.job.id)
  const { job: queued } = await store.jobs.create(job(party))
  const local = localJob(party)
  await store.jobs.importLocal(local)
  const { id: tokenId } = await store.tokens.create(apiToken(party))
  return { ...party, offered, queued, local, tokenId }
}

/** Everything that an account can see of itself. */
async function seen({ sites, agents, tokens, jobs, audit }: Store, { accountId, siteId }: Mine): Promise<unknown[]> {
  return [
    await everything(each => sites.list(accountId, each)),
    await everything(each => agents.list(accountId, each)),
    await everything(each => tokens.list(accountId, each)),
    await everything(each => jobs.list(accountId, {}, each)),
    await everything(each => audit.list(accountId, each)),
    await jobs.events(accountId, { siteId }, 0, 1_000),
  ]
}

/** Those of a list that should not be in it. */
function notOf({ accountId }: Mine, items: readonly { readonly accountId: string }[]): readonly unknown[] {
  return items.filter(item => item.accountId === accountId)
}

const refused = Symbol('refused')

/** A refusal by the table is nothing; any other failure is one of the store's. */
function refusal(error: unknown): typeof refused {
  if (typeof (error as { readonly code?: unknown }).code === 'string') return refused
  throw error
}

function isNothing(got: unknown): boolean {
  if (got === undefined || got === false || got === refused) return true
  return Array.isArray(got) && got.every(each => typeof each === 'object' && each !== null && 'refused' in each)
}
