import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosAgent } from './chaos-agent.ts'
import { Damage } from './damage.ts'
import { during, PlatformHand } from './platform-hand.ts'
import type { Fault } from './schedule.ts'
import { persistently } from './supervised.ts'
import type { World } from './world.ts'

/** Gateway and store may be killed several times meanwhile. */
const answerMs = 60_000

/**
 * Carries faults out. Each thing fails in one way at a time: a fault that finds its target failing already waits until that
 * is over, while others go on.
 */
export class FaultHand {
  readonly damage: Damage = new Damage()
  readonly #world: World
  readonly #platform: PlatformHand
  readonly #leaseMs: number
  readonly #note: (line: object) => void
  readonly #busy = new Map<string, Promise<void>>()

  /** `note` hears of each fault when it has begun and when it is over, with the jobs that it may leave in the dark. */
  constructor(world: World, leaseMs: number, note: (line: object) => void) {
    this.#world = world
    this.#platform = new PlatformHand(world, this.damage)
    this.#leaseMs = leaseMs
    this.#note = note
  }

  /** Whether the gateway does not answer just now, by what was done to it. */
  get isGatewayAway(): boolean {
    return this.#platform.isGatewayAway
  }

  /**
   * Settles when the next fault's time may begin to run: what all need has to be back from its last one, or on a busy machine, where a
   * start takes its time, it would never be there.
   */
  async readyFor(fault: Fault): Promise<void> {
    if (!('agent' in fault)) await this.#busy.get(targetOf(fault))
  }

  /** Begins a fault; it ends by itself. */
  inflict(fault: Fault): void {
    const target = targetOf(fault)
    const before = this.#busy.get(target) ?? Promise.resolve()
    this.#busy.set(
      target,
      before.then(() => this.#carryOut(fault)),
    )
  }

  /** Settles when every fault is over and everything runs again. @throws what kept something from starting again */
  async over(): Promise<void> {
    await Promise.all(this.#busy.values())
  }

  async #carryOut(fault: Fault): Promise<void> {
    this.#note({ begins: fault })
    await ('agent' in fault ? this.#harm(this.#world.agents[fault.agent] as ChaosAgent, fault) : this.#platform.harm(fault))
    this.#note({ over: fault })
  }

  async #harm(agent: ChaosAgent, fault: Extract<Fault, { agent: number }>): Promise<void> {
    switch (fault.type) {
      case 'kill agent':
        return this.#killAgent(agent, fault.part, fault.downMs)
      case 'recreate agent':
        return this.#recreate(agent, fault.downMs)
      case 'stop agent': {
        const goOn = agent.freeze()
        this.#excuse((await agent.inFlight()).leased)
        return this.#pastLease(agent, goOn, fault.forMs)
      }
      case 'cut off agent': {
        const release = agent.proxy.holdBack()
        const goOn = agent.freeze()
        this.#excuse((await agent.inFlight()).leased)
        goOn()
        return this.#pastLease(agent, release, fault.forMs)
      }
      case 'cut':
        return agent.proxy.cut()
      case 'half-close':
        return agent.proxy.halfClose()
      case 'delay':
        return during(agent.proxy.delay(150), fault.forMs)
      case 'double':
        return during(agent.proxy.double(), fault.forMs)
    }
  }

  /** What is on its way to the agent when it hears again counts as well: the gateway went on with it meanwhile. */
  #pastLease(agent: ChaosAgent, goOn: () => void, forMs: number): Promise<void> {
    return during(() => {
      this.#excuseOffers(agent.proxy.offered())
      goOn()
    }, forMs)
  }

  async #killAgent(agent: ChaosAgent, part: 'container' | 'main' | 'worker', downMs: number): Promise<void> {
    const from = performance.now()
    const goOn = agent.freeze()
    const { stepping, running, leased } = await agent.inFlight()
    if (part === 'worker') {
      const killed = agent.killWorker() ? 1 : 0
      this.damage.kills += killed
      this.damage.workersKilled += killed
      // Which of them it was is the agent's to know; where there was none, all of them go on.
      if (killed > 0) this.#excuse(running)
      return goOn()
    }
    for (const id of running) this.damage.begun.add(id)
    const [offered, gone] = part === 'main' ? this.#killMain(agent, goOn) : await this.#killContainer(agent, downMs)
    await agent.isUp(gone)
    // What had not begun its step goes on where it stood, if it is back before its lease ran out: its last renewal was some time before.
    const inTime = performance.now() - from < this.#leaseMs / 2
    this.#excuse(inTime ? stepping : [...stepping, ...leased])
    if (!inTime) this.#excuseOffers(offered)
  }

  /** The main process alone: its launcher starts it again. What was on its way to it, and which processes are gone. */
  #killMain(agent: ChaosAgent, goOn: () => void): readonly [offered: readonly string[], gone: readonly number[]] {
    const gone = agent.killMain()
    this.damage.kills += gone.length
    goOn()
    return [agent.proxy.offered(), gone]
  }

  async #killContainer(agent: ChaosAgent, downMs: number): Promise<readonly [offered: readonly string[], gone: readonly number[]]> {
    this.damage.kills += 1
    await agent.killContainer()
    await delay(downMs)
    const offered = agent.proxy.offered()
    await agent.start()
    return [offered, []]
  }

  async #recreate(agent: ChaosAgent, downMs: number): Promise<void> {
    agent.freeze()
    const { unheard } = await agent.inFlight()
    this.damage.kills += 1
    this.damage.recreated += 1
    await agent.killContainer()
    this.#excuse(unheard)
    await delay(downMs)
    await agent.recreate()
    // The gateway has answered since: what it had said to the old agent has come as far as it will.
    this.#excuse([...agent.proxy.offered(), ...(await this.#leasedTo(agent))])
    await agent.start()
    await agent.isUp([])
  }

  /**
   * Jobs that the store has as offered to an agent. Of some the offer was never sent, since the gateway or the store was killed when that
   * was written; nobody but the agent could have said so.
   */
  async #leasedTo({ siteId }: ChaosAgent): Promise<readonly string[]> {
    return persistently(answerMs, async () => {
      const { items } = await this.#world.api.request<{ items: { id: string }[] }>(
        'GET',
        `/v1/jobs?siteId=${siteId}&state=offered&limit=100`,
      )
      return items.map(({ id }) => id)
    })
  }

  #excuse(jobIds: readonly string[]): void {
    for (const id of jobIds) this.damage.mayBeUnknown.add(id)
    this.#note({ excused: jobIds })
  }

  /** What is on its way to an agent when its lease may be over. */
  #excuseOffers(offered: readonly string[]): void {
    for (const id of offered) this.damage.mayBeUnheard.add(id)
    this.#note({ offered })
  }
}

function targetOf(fault: Fault): string {
  return 'agent' in fault ? `agent ${fault.agent}` : fault.type.replace(/^\w+ /, '')
}
