import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { AuditEntry } from '../../src/ports/audit.ts'
import type { NewPlace } from './store-place.ts'
import { auditLine, everything, localJob, TwoAccounts, type Party } from './two-accounts.ts'

/** What every audit log does. That nothing can be changed behind its back is for each implementation's own test. */
export function conformAudit(newPlace: NewPlace): void {
  describe('the audit log of a store', () => {
    let two: TwoAccounts
    beforeEach(async () => (two = await TwoAccounts.make(newPlace)))
    afterEach(() => two.remove())
    const lines = ({ accountId }: Party): Promise<AuditEntry[]> => everything(page => two.store.audit.list(accountId, page))

    it('keeps lines as they were written, for their account alone', async () => {
      const line = auditLine(two.mine, 5)
      const before = await lines(two.theirs)
      await two.store.audit.append(line)
      assert.deepEqual((await lines(two.mine))[0], line)
      assert.deepEqual(await lines(two.theirs), before)
    })

    it('takes no second line for the first one', async () => {
      const line = auditLine(two.mine)
      await two.store.audit.append(line)
      await assert.rejects(two.store.audit.append({ ...line, outcome: 'internal' }))
      assert.deepEqual((await lines(two.mine))[0], line)
    })

    it('says of each agent that it enrolled', async () => {
      const [line] = await lines(two.mine)
      const { agentId, siteId, accountId } = two.mine
      const { id, ...said } = line as AuditEntry
      assert.match(id, /^evt_/)
      assert.deepEqual(said, { accountId, at: 0, actor: `agent:${agentId}`, action: 'agent.enrol', subject: siteId, outcome: 'done' })
    })

    it('says of each job that was made at a site who asked for it, once', async () => {
      const job = localJob(two.mine)
      await two.store.jobs.importLocal(job)
      await two.store.jobs.importLocal(job)
      const made = (await lines(two.mine)).filter(({ action }) => action === 'job.create')
      assert.deepEqual(
        made.map(({ actor, subject }) => [actor, subject]),
        [[`agent:${two.mine.agentId}`, job.id]],
      )
    })
  })
}
