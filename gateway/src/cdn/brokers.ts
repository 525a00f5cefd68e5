import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { PurgeDesk } from '../ports/purge-desk.ts'
import type { CloudflareAccount } from './cloudflare.ts'
import { PurgeBroker } from './purge-broker.ts'

/** A broker for each account at a CDN. */
export interface Brokers extends PurgeDesk {
  /** Whether sites of an account of Platen may be purged under one at a CDN. */
  mayUse(accountId: string, name: string): boolean
  close(): void
}

/** Cloudflare's client is loaded only where there is an account for it. */
export async function openBrokers(accounts: readonly CloudflareAccount[], clock: Clock, log: Log): Promise<Brokers> {
  const brokers = new Map<string, PurgeBroker>()
  if (accounts.length > 0) {
    const { cloudflare } = await import('./cloudflare.ts')
    for (const account of accounts) brokers.set(account.name, new PurgeBroker({ cdn: cloudflare(account, log), clock }))
  }
  return {
    mayUse: (accountId, name) => {
      const users = accounts.find(account => account.name === name)?.for
      return users === 'all' || (users?.includes(accountId) ?? false)
    },
    purge: (account, wanted, delayed) =>
      brokers.get(account)?.purge(wanted, delayed) ?? Promise.resolve({ outcome: 'failed', code: 'cdn.denied' }),
    close: () => {
      for (const broker of brokers.values()) broker.close()
    },
  }
}
