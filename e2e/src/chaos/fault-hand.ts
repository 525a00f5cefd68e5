import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosAgent } from './chaos-agent.ts'
import type { Fault } from './schedule.ts'
import type { World } from './world.ts'

/** What was done so far. */
export interface Damage {
  /** Processes that were killed. */
  kills: number
  /** Workers among them. */
  workersKilled: number
  /** Jobs of runs in flight at an agent that was killed, stopped, or cut off past its lease: of them nobody need know what they did. */
  readonly mayBeUnknown: Set<string>
}

/**
 * Carries faults out. Each thing fails in one way at a time: a fault that finds its target failing already waits until that
 * is over, while others go on.
 */
export class FaultHand {
  readonly damage: Damage = { kills: 0, workersKilled: 0, mayBeUnknown: new Set() }
  readonly #world: World
  readonly #leaseMs: number
  readonly #note: (line: object) => void
  readonly #busy = new Map<string, Promise<void>>()

  /** `note` hears of each fault when it has begun and when it is over, with the jobs that it may leave in the dark. */
  constructor(world: World, leaseMs: number, note: (line: object) => void) {
    this.#world = world
    this.#leaseMs = leaseMs
    this.#note = note
  }

  /** Begins a fault; it ends by itself. */
  inflict(fault: Fault): void {
    const target = 'agent' in fault ? `agent ${fault.agent}` : fault.type.replace(/^\w+ /, '')
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
    await ('agent' in fault ? this.#harm(this.#world.agents[fault.agent] as ChaosAgent, fault) : this.#harmPlatform(fault))
    this.#note({ over: fault })
  }

  async #harmPlatform(fault: Exclude<Fault, { agent: number }>): Promise<void> {
    const world = this.#world
    switch (fault.type) {
      case 'kill gateway':
        return this.#killed(
          () => world.killGateway(),
          fault.downMs,
          () => world.startGateway(),
        )
      case 'kill signer':
        return this.#killed(
          () => world.killSigner(),
          fault.downMs,
          () => world.startSigner(),
        )
      case 'kill store':
        return this.#killed(
          () => world.store.process?.kill(),
          fault.downMs,
          () => world.store.process?.start(),
        )
      case 'stop gateway':
        return during(world.freezeGateway(), fault.forMs)
    }
  }

  async #harm(agent: ChaosAgent, fault: Extract<Fault, { agent: number }>): Promise<void> {
    switch (fault.type) {
      case 'kill agent':
        return this.#killAgent(agent, fault.part, fault.downMs)
      case 'stop agent': {
        const goOn = agent.freeze()
        this.#excuse((await agent.inFlight()).unheard)
        return during(goOn, fault.forMs)
      }
      case 'cut off agent': {
        const release = agent.proxy.holdBack()
        const goOn = agent.freeze()
        this.#excuse((await agent.inFlight()).unheard)
        goOn()
        return during(release, fault.forMs)
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

  async #killed(kill: () => Promise<void> | undefined, downMs: number, start: () => Promise<void> | undefined): Promise<void> {
    await kill()
    this.damage.kills += 1
    await delay(downMs)
    await start()
  }

  async #killAgent(agent: ChaosAgent, part: 'container' | 'main' | 'worker', downMs: number): Promise<void> {
    const from = performance.now()
    const goOn = agent.freeze()
    const { stepping, running, unheard } = await agent.inFlight()
    if (part === 'worker') {
      const killed = agent.killWorker() ? 1 : 0
      this.damage.kills += killed
      this.damage.workersKilled += killed
      // Which of them it was is the agent's to know.
      this.#excuse(running)
      return goOn()
    }
    let gone: readonly number[] = []
    if (part === 'main') {
      gone = agent.killMain()
      this.damage.kills += gone.length
      // Its launcher starts it again.
      goOn()
    } else {
      this.damage.kills += 1
      await agent.killContainer()
      await delay(downMs)
      await agent.start()
    }
    await agent.isUp(gone)
    // What had not begun its step goes on where it stood, if it is back before its lease ran out: its last renewal was some time before.
    const inTime = performance.now() - from < this.#leaseMs / 2
    this.#excuse(inTime ? stepping : unheard)
  }

  #excuse(jobIds: readonly string[]): void {
    for (const id of jobIds) this.damage.mayBeUnknown.add(id)
    this.#note({ excused: jobIds })
  }
}

async function during(end: () => void, ms: number): Promise<void> {
  await delay(ms)
  end()
}
