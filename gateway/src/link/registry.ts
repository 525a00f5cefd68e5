import type { Place } from '../domain/place.ts'
import type { Log } from '../ports/log.ts'
import type { Session } from './session.ts'

/** Who is connected to this gateway. */
export class Registry {
  readonly #byPlace = new Map<Place, Session[]>()
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
    for (const place of session.agent.places) this.#byPlace.set(place, [...this.at(place), session])
    this.#count += 1
    if (!this.isHeld(session)) return
    const instances = this.ofAgent(session.agent).map(({ instanceId }) => instanceId)
    this.#log.warn('link:duplicate_agent', { agentId: session.agent.id, siteId: session.agent.siteId, instances })
  }

  remove(session: Session): void {
    const { siteId, places } = session.agent
    if (this.at(siteId).includes(session)) this.#count -= 1
    for (const place of places) {
      const left = this.at(place).filter(other => other !== session)
      if (left.length === 0) this.#byPlace.delete(place)
      else this.#byPlace.set(place, left)
    }
  }

  /** Whether a session gets no jobs, because another process of its agent is connected too. */
  isHeld(session: Session): boolean {
    return this.ofAgent(session.agent).some(other => other.instanceId !== session.instanceId)
  }

  /** Sessions that carry out jobs of a place. */
  at(place: Place): readonly Session[] {
    return this.#byPlace.get(place) ?? []
  }

  ofAgent({ id, siteId }: Pick<Session['agent'], 'id' | 'siteId'>): readonly Session[] {
    return this.at(siteId).filter(session => session.agent.id === id)
  }

  /** Every session; those that come or go meanwhile may be missed. */
  *all(): Generator<Session> {
    // Everyone is at its site, and at its site alone only once.
    for (const [place, sessions] of this.#byPlace) for (const session of sessions) if (session.agent.siteId === place) yield session
  }
}
