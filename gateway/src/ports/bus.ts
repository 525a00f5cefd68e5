/** Something worth a look at the store. Hints only: any of them may be lost, doubled or late without harm. */
export type Hint =
  | { readonly type: 'job queued'; readonly siteId: string }
  | { readonly type: 'job cancelled'; readonly jobId: string; readonly siteId: string; readonly attempt: number; readonly epoch: number }
  | { readonly type: 'site event'; readonly siteId: string }
  /** How far a running job is; the latest wins, and none is stored. `total` 0 means unknown. */
  | {
      readonly type: 'job progress'
      readonly siteId: string
      readonly jobId: string
      readonly progress: { readonly done: number; readonly total: number; readonly note: string }
    }
  | { readonly type: 'agent revoked'; readonly agentId: string }

/** Carries hints between the parts of a gateway, and between gateways. */
export interface Bus {
  publish(hint: Hint): void
  /** Calls back on every hint until the answer is called. A listener that throws harms no other. */
  subscribe(listener: (hint: Hint) => void): () => void
}
