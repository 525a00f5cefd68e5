/** A process that claims jobs of one site until none is left, once it is told to begin, and sends their ids. */
import { claimOne } from '../support/agent-words.ts'
import { openAt } from './store-place.ts'

const [address = '', siteId = ''] = process.argv.slice(2)
const store = await openAt(address)
process.once('message', () => void claimAll())
process.send?.('ready')

async function claimAll(): Promise<void> {
  const ids: string[] = []
  for (;;) {
    const claimed = await claimOne(store.jobs, siteId, 'agent_1', 1_000, 0)
    if (!claimed) break
    ids.push(claimed.id)
  }
  await store.close()
  process.send?.(ids, () => process.disconnect())
}
