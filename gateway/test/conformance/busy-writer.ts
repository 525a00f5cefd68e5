/** A process that works on a store until it is killed, and tells what was acknowledged. */
import { keepBusy } from './busy-work.ts'
import { openAt } from './store-place.ts'
import type { Party } from './two-accounts.ts'

const [address = '', parties = '[]'] = process.argv.slice(2)
const store = await openAt(address)
process.once('disconnect', () => process.exit(0))
const work = (party: Party): Promise<void> =>
  keepBusy(
    store,
    party,
    told => void process.send?.(told),
    () => false,
  )
await Promise.all((JSON.parse(parties) as readonly Party[]).map(work))
