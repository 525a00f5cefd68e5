import assert from 'node:assert/strict'
import type { Job } from '../../src/domain/job.ts'
import type { Store } from '../../src/ports/store.ts'
import { claimOne, say } from '../support/agent-words.ts'
import { auditLine, everything, job, type Party } from './two-accounts.ts'

/** What a store said is committed: a job is at least this far. */
export interface Told {
  readonly accountId: string
  readonly id: string
  readonly state: (typeof course)[number]
}

/** What this work takes every job through, in this order. */
const course = ['queued', 'offered', 'succeeded'] as const
const done = { outcome: 'succeeded', effect: 'applied', result: { summary: 'Done' } } as const

/** Creates, claims and ends jobs of a site, and tells each change when it is acknowledged, until it is over or the store fails. */
export async function keepBusy(store: Store, party: Party, tell: (told: Told) => void, isOver: () => boolean): Promise<void> {
  const { accountId } = party
  while (!isOver()) {
    const made = job(party)
    await store.jobs.create(made, { audit: { ...auditLine(party), action: 'job.create', subject: made.id } })
    tell({ accountId, id: made.id, state: 'queued' })
    const taken = await claimOne(store.jobs, party.siteId, party.agentId, 1_000, 1)
    if (!taken) continue
    tell({ accountId, id: taken.id, state: 'offered' })
    await say(store.jobs, party, taken.id, { type: 'end', epoch: taken.epoch, end: done }, 2)
    tell({ accountId, id: taken.id, state: 'succeeded' })
  }
}

/** Whatever happened amid that work: what was told is there, and each change is there with its event and its line, or not at all. */
export async function assertWhole({ jobs, audit }: Store, { accountId, siteId }: Party, told: readonly Told[]): Promise<void> {
  const found = new Map((await everything(page => jobs.list(accountId, {}, page))).map(each => [each.id, each]))
  const lines = (await everything(page => audit.list(accountId, page))).filter(({ action }) => action === 'job.create')
  assert.deepEqual(lines.map(({ subject }) => subject).toSorted(), [...found.keys()].toSorted())
  const events = Map.groupBy(await jobs.events(accountId, { siteId }, 0, 100_000), ({ jobId }) => String(jobId))
  assert.deepEqual([...events.keys()].toSorted(), [...found.keys()].toSorted())
  for (const { id, state } of found.values()) {
    const types = events.get(id)?.map(({ type }) => type)
    assert.deepEqual(
      types,
      course.slice(0, rank(state) + 1).map(each => `job.${each}`),
    )
  }
  for (const { id, state } of told.filter(each => each.accountId === accountId))
    assert.ok(rank(found.get(id)?.state) >= rank(state), `${id} is ${found.get(id)?.state}, not ${state}`)
}

function rank(state: Job['state'] | undefined): number {
  return course.findIndex(each => each === state)
}
