/** Something worth a look at the store. Hints only: any of them may be lost, doubled or late without harm. */
export type Hint =
  | { readonly type: 'job queued'; readonly siteId: string }
  | { readonly type: 'job cancelled'; readonly jobId: string; readonly siteId: string; readonly attempt: number; readonly epoch: number }
  | { readonly type: 'site event'; readonly siteId: string }
  | { readonly type: 'agent revoked'; readonly agentId: string }

/** Carries hints between the parts of a gateway, and between gateways. */
export interface Bus {
  publish(hint: Hint): void
  /** Calls back on every hint until the answer is called. A listener that throws harms no other. */
  subscribe(listener: (hint: Hint) => void): () => void
}
