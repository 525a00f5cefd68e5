import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { kinds, newId, PlatenError } from '@platen/protocol'
import { openStore, type StoreChoice } from './store-choice.ts'
import { systemClock } from './system/system-clock.ts'

/** Makes the store with one account and its first admin token, which is in the answer and nowhere else. @throws PlatenError gateway.exists */
export async function initGateway(choice: StoreChoice, account: string): Promise<{ accountId: string; token: string }> {
  mkdirSync(choice.data, { recursive: true, mode: 0o700 })
  const store = await openStore(choice, { kinds, random: () => systemClock.random() })
  try {
    if (await store.tokens.hasAccount()) throw new PlatenError('gateway.exists', choice.storeFile ?? choice.data, { field: 'data' })
    const accountId = newId('acct')
    const token = `plt_${randomBytes(32).toString('base64url')}`
    const at = systemClock.now()
    await store.tokens.createAccount(accountId, account, at, true)
    const hash = createHash('sha256').update(token).digest('base64url')
    await store.tokens.create({ id: newId('tok'), accountId, name: 'first', scope: 'admin', hash, createdAt: at })
    await store.audit.append({
      id: newId('evt'),
      accountId,
      at,
      actor: 'operator',
      action: 'account.create',
      subject: accountId,
      outcome: 'done',
    })
    return { accountId, token }
  } finally {
    await store.close()
  }
}
