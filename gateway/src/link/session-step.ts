/**
 * **challenged** — the nonce is sent; nothing but a hello is heeded.
 * **admitting** — hello is signed rightly; the store is asked what there is to know.
 * **open** — jobs come and go.
 * **closed** — nothing is sent or heeded any more.
 */
export type SessionStep =
  | { readonly at: 'challenged'; readonly nonce: string; readonly keys: readonly string[] }
  | ({ readonly at: 'admitting' } & Proven)
  | ({ readonly at: 'open' } & Proven)
  /** `code`: what it was closed with from here. */
  | { readonly at: 'closed'; readonly code?: number }

/** The process at the other end, and the key that its hello was signed with. */
export interface Proven {
  readonly instanceId: string
  readonly key: string
}
