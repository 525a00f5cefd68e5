import type { AgentStore } from './agents.ts'
import type { AuditStore } from './audit.ts'
import type { JobStore } from './jobs.ts'
import type { SiteStore } from './sites.ts'
import type { TokenStore } from './tokens.ts'

/** Everything that a gateway keeps, by role. All methods throw PlatenError store.unavailable or disk.full where the disk fails. */
export interface Store {
  readonly jobs: JobStore
  readonly sites: SiteStore
  readonly agents: AgentStore
  readonly tokens: TokenStore
  readonly audit: AuditStore
  /** Whether it can be written to. */
  healthy(): Promise<boolean>
  close(): Promise<void>
}
