import type { AgentKeyOffer } from '@platen/protocol'

/** The agent's key while it is changed for another: one that worked is kept until the other has. */
export interface KeyRing {
  /** Whether there is a new key that was not taken into use yet. */
  readonly isChanging: boolean
  /** The new key as the gateway has to see it; made now, and on disk, unless one waits already. @throws PlatenError file.denied, agent.revoked */
  offer(): Omit<AgentKeyOffer, 'type'>
  /** The gateway keeps that new key: it is shown from now on. False where it is not the one that waits. */
  kept(publicKey: string): boolean
  /** The gateway refuses that new key: it is forgotten. @throws PlatenError file.denied, agent.revoked */
  refused(publicKey: string): void
  /** The key that was shown is not the one that counts: the other is shown from now on. False where there is no other. */
  tryOther(): boolean
  /** The key that was shown let us in: where it is the new one, the old one is forgotten. @throws PlatenError file.denied, agent.revoked */
  welcomed(): void
}
