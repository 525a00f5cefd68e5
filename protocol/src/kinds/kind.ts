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

/**
 * How queued jobs of one site that share a key become one; the key is the kind and the values of the input's members `by`, and
 * an input that lacks one of them has none. `merge` keeps the older job with the union of both lists: an input without `list`
 * covers any list, and a union of more than `most` becomes `whole`.
 */
export type Coalescing = { readonly by: readonly string[] } & (
  | { readonly mode: 'keep-latest' | 'keep-first' }
  | { readonly mode: 'merge'; readonly list: string; readonly most: number; readonly whole: unknown }
)

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
  /** A kind with steps that are not repeatable must not name `job.lost`: nobody knows what a lost run did. */
  readonly retry: RetryPolicy
  readonly coalesce?: Coalescing
  /** Kinds that a run of this one may ask for and wait for. */
  readonly children?: readonly string[]
  /** From creation to the first start, and of one run. */
  readonly deadlines: { readonly queueMs: number; readonly runMs: number }
  /** Whether visitors wait for what it does. The processes of all other kinds go to the back of every queue for CPU and disk. */
  readonly prompt?: true
  /** Whether each run that ends is put on record by a signed receipt. */
  readonly receipt?: true
  /** Members of inputs that only the site gives: the agent to jobs that it makes of its own, or the plugin to those of the site's owner. */
  readonly ofSite?: readonly string[]
  /** The input that a button without a form sends. */
  readonly usualInput: unknown
}
