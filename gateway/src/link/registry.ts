import type { Log } from '../ports/log.ts'
import type { Session } from './session.ts'

/** Who is connected to this gateway. */
export class Registry {
  readonly #bySite = new Map<string, Session[]>()
  readonly #log: Log
  #count = 0

  constructor(log: Log) {
    this.#log = log
  }

  get size(): number {
    return this.#count
  }

  /**
   * Adds a session whose hello was signed. The same process of the agent again takes the place of its older connection;
   * another process means that two hold one key, which somebody has to look at.
   */
  add(session: Session): void {
    const others = this.ofAgent(session.agent)
    for (const other of others) if (other.instanceId === session.instanceId) other.close(4004)
    this.#bySite.set(session.agent.siteId, [...this.ofSite(session.agent.siteId), session])
    this.#count += 1
    if (!this.isHeld(session)) return
    const instances = this.ofAgent(session.agent).map(({ instanceId }) => instanceId)
    this.#log.warn('link:duplicate_agent', { agentId: session.agent.id, siteId: session.agent.siteId, instances })
  }

  remove(session: Session): void {
    const { siteId } = session.agent
    const present = this.ofSite(siteId)
    const left = present.filter(other => other !== session)
    this.#count -= present.length - left.length
    if (left.length === 0) this.#bySite.delete(siteId)
    else this.#bySite.set(siteId, left)
  }

  /** Whether a session gets no jobs, because another process of its agent is connected too. */
  isHeld(session: Session): boolean {
    return this.ofAgent(session.agent).some(other => other.instanceId !== session.instanceId)
  }

  ofSite(siteId: string): readonly Session[] {
    return this.#bySite.get(siteId) ?? []
  }

  ofAgent({ id, siteId }: Pick<Session['agent'], 'id' | 'siteId'>): readonly Session[] {
    return this.ofSite(siteId).filter(session => session.agent.id === id)
  }

  /** Every session; those that come or go meanwhile may be missed. */
  *all(): Generator<Session> {
    for (const sessions of this.#bySite.values()) yield* sessions
  }
}
