import type { ErrorCode } from '../errors.ts'

/** Whose rights a handler needs in the container (see docs/security.md): the site's own, nginx's, or none but the agent's. */
export type WorkerRole = 'site' | 'nginx' | 'agent'

/** How a kind is tried again: only for the codes that are named, with full-jitter back-off between the bounds. */
export interface RetryPolicy {
  readonly attempts: number
  readonly firstMs: number
  readonly capMs: number
  readonly codes: readonly ErrorCode[]
}

/** What a job kind is, apart from its schemas: everything that API, CLI, dashboard and WP admin need to show it. */
export interface Kind {
  readonly name: string
  /** A noun phrase for lists. */
  readonly title: string
  /** A verb phrase for a button. */
  readonly action: string
  /** One sentence for the site's owner. */
  readonly description: string
  /** Heavy jobs run one at a time a site; light ones run beside them. */
  readonly weight: 'light' | 'heavy'
  /** Higher goes first. */
  readonly priority: number
  readonly role: WorkerRole
  readonly retry: RetryPolicy
  /** From creation to the first start, and of one run. */
  readonly deadlines: { readonly queueMs: number; readonly runMs: number }
  /** The input that a button without a form sends. */
  readonly usualInput: unknown
}
