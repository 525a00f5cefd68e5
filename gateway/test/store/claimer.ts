/** A process that claims jobs of one site until none is left, once it is told to begin, and sends their ids. */
import { kinds } from '@platen/protocol'
import { sqliteStore } from '../../src/store/sqlite/store.ts'
import { claimOne } from '../support/agent-words.ts'

const [file = '', siteId = ''] = process.argv.slice(2)
const store = sqliteStore(file, { kinds, random: () => 0 })
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
