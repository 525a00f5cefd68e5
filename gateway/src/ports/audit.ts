import type { Page, PageRequest } from './page.ts'

/** One mutation that somebody asked for. */
export interface AuditEntry {
  readonly id: string
  readonly accountId: string
  readonly at: number
  /** `token:…`, `agent:…` or `operator`. */
  readonly actor: string
  /** A verb and a noun, such as `job.create`. */
  readonly action: string
  readonly subject: string
  /** `done`, or the error's code. */
  readonly outcome: string
}

/** The audit log: entries are added, never changed and never removed; the database itself refuses. */
export interface AuditStore {
  append(entry: AuditEntry): Promise<void>
  list(accountId: string, page: PageRequest): Promise<Page<AuditEntry>>
}
