import type { Hint } from '../domain/hint.ts'

/** Carries hints between the parts of a gateway, and between gateways. */
export interface Bus {
  publish(hint: Hint): void
  /** Calls back on every hint until the answer is called. A listener that throws harms no other. */
  subscribe(listener: (hint: Hint) => void): () => void
}
