import { newId } from '@platen/protocol'
import { seenEveryMs } from '../domain/presence.ts'
import type { LinkParts } from './link-parts.ts'

/** What the store knows of a session: that its agent is connected by it, and since when nobody has said so again. */
export class ConnectedMark {
  readonly #agentId: string
  readonly #parts: Pick<LinkParts, 'store' | 'clock'>
  /** Once the store was told of it. */
  #sessionId: string | undefined
  #seenAt = 0

  constructor(agentId: string, parts: Pick<LinkParts, 'store' | 'clock'>) {
    this.#agentId = agentId
    this.#parts = parts
  }

  /** Answers the id under which the store knows the session. */
  async set(version: string): Promise<string> {
    const sessionId = newId('sess')
    this.#sessionId = sessionId
    await this.#note(sessionId, version)
    return sessionId
  }

  /** Says again that the agent is there, where it was not said for long. */
  async keep(): Promise<void> {
    if (this.#parts.clock.now() - this.#seenAt >= seenEveryMs) await this.takeOver()
  }

  /** Says so now: the session that said it last has ended. */
  async takeOver(): Promise<void> {
    if (this.#sessionId !== undefined) await this.#note(this.#sessionId)
  }

  async remove(): Promise<void> {
    const { store, clock } = this.#parts
    if (this.#sessionId !== undefined) await store.agents.left(this.#agentId, this.#sessionId, clock.now())
  }

  async #note(sessionId: string, version?: string): Promise<void> {
    const { store, clock } = this.#parts
    this.#seenAt = clock.now()
    await store.agents.seen(this.#agentId, sessionId, this.#seenAt, version)
  }
}
