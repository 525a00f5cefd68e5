import type { Place } from '../domain/place.ts'
import type { LinkParts } from './link-parts.ts'
import type { Session } from './session.ts'

/** An agent, and where its sessions are found. */
export type AgentName = Pick<Session['agent'], 'id' | 'siteId'>

/** Processes of one agent that are heard at once: more of them than make a duplicate plain are of no use to anyone. */
const mostOfAgent = 4

/** Who is connected to this gateway. */
export class Registry {
  /** Lists are changed in place: a pool may have thousands. */
  readonly #byPlace = new Map<Place, Session[]>()
  readonly #duplicates = new Set<string>()
  readonly #parts: Pick<LinkParts, 'log' | 'metrics'>
  #count = 0

  constructor(parts: Pick<LinkParts, 'log' | 'metrics'>) {
    this.#parts = parts
  }

  get size(): number {
    return this.#count
  }

  /** Agents that are held. */
  get duplicates(): number {
    return this.#duplicates.size
  }

  /**
   * Adds a session whose hello was signed. The same process of the agent again takes the place of its older connection;
   * another process means that two hold one key, which somebody has to look at.
   */
  add(session: Session): void {
    const { agent } = session
    const others = this.ofAgent(agent)
    for (const place of agent.places) {
      const there = this.#byPlace.get(place)
      if (there) there.push(session)
      else this.#byPlace.set(place, [session])
    }
    this.#count += 1
    // After it is there itself: a third process must at no moment seem to be the only one.
    for (const other of others) if (other.instanceId === session.instanceId) other.close(4004)
    if (others.length >= mostOfAgent) others[0]?.close(4004)
    this.#noteDuplicate(agent)
  }

  /** What was removed before is left as it is. */
  remove(session: Session): void {
    const { agent } = session
    let wasThere = false
    for (const place of agent.places) wasThere = this.#take(place, session) || wasThere
    if (!wasThere) return
    this.#count -= 1
    this.#noteDuplicate(agent)
  }

  /** Whether an agent gets no jobs, and is not heard about any, because two processes of it are connected. */
  isDuplicate({ id }: Pick<AgentName, 'id'>): boolean {
    return this.#duplicates.has(id)
  }

  /** Sessions that carry out jobs of a place, as of now. */
  at(place: Place): readonly Session[] {
    return this.#byPlace.get(place)?.slice() ?? []
  }

  ofAgent({ id, siteId }: AgentName): readonly Session[] {
    return (this.#byPlace.get(siteId) ?? []).filter(session => session.agent.id === id)
  }

  /** Every session; those that come or go meanwhile may be missed. */
  *all(): Generator<Session> {
    // Everyone is at its site, and at its site alone only once.
    for (const [place, sessions] of this.#byPlace) for (const session of sessions) if (session.agent.siteId === place) yield session
  }

  #take(place: Place, session: Session): boolean {
    const there = this.#byPlace.get(place)
    const at = there?.indexOf(session) ?? -1
    if (!there || at < 0) return false
    there.splice(at, 1)
    if (there.length === 0) this.#byPlace.delete(place)
    return true
  }

  #noteDuplicate(agent: AgentName): void {
    const { log, metrics } = this.#parts
    const { id: agentId, siteId } = agent
    const instances = new Set(this.ofAgent(agent).map(({ instanceId }) => instanceId))
    const isOne = instances.size > 1
    if (isOne === this.#duplicates.has(agentId)) return
    if (isOne) {
      this.#duplicates.add(agentId)
      metrics.count('link_duplicates')
      log.warn('link:duplicate_agent', { agentId, siteId, instances: [...instances] })
    } else {
      this.#duplicates.delete(agentId)
      log.info('link:duplicate_over', { agentId, siteId })
      for (const session of this.ofAgent(agent)) session.alone()
    }
  }
}
