import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosAgent } from './chaos-agent.ts'
import type { Fault } from './schedule.ts'
import type { World } from './world.ts'

/** What was done so far. */
export interface Damage {
  /** Processes that were killed. */
  kills: number
  /** Runs in flight at an agent that was killed, stopped, or cut off past its lease. */
  interruptedRuns: number
}

/**
 * Carries faults out. Each thing fails in one way at a time: a fault that finds its target failing already waits until that
 * is over, while others go on.
 */
export class FaultHand {
  readonly damage: Damage = { kills: 0, interruptedRuns: 0 }
  readonly #world: World
  readonly #leaseMs: number
  readonly #busy = new Map<string, Promise<void>>()

  constructor(world: World, leaseMs: number) {
    this.#world = world
    this.#leaseMs = leaseMs
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

  #carryOut(fault: Fault): Promise<void> {
    return 'agent' in fault ? this.#harm(this.#world.agents[fault.agent] as ChaosAgent, fault) : this.#harmPlatform(fault)
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
        await this.#countUnheard(agent)
        return during(goOn, fault.forMs)
      }
      case 'cut off agent': {
        const release = agent.proxy.holdBack()
        const goOn = agent.freeze()
        await this.#countUnheard(agent)
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
    if (part === 'worker') {
      const killed = agent.killWorker() ? 1 : 0
      this.damage.kills += killed
      this.damage.interruptedRuns += killed
      return
    }
    const from = performance.now()
    const goOn = agent.freeze()
    const { running, unheard } = await agent.inFlight()
    if (part === 'main') {
      this.damage.kills += agent.killMain() ? 1 : 0
      // Its launcher starts it again.
      goOn()
    } else {
      this.damage.kills += 1
      await agent.killContainer()
      await delay(downMs)
      await agent.start()
    }
    await agent.isUp()
    // What had not begun goes on where it stood, if it is back before its lease ran out: its last renewal was some time before.
    const inTime = performance.now() - from < this.#leaseMs / 2
    this.damage.interruptedRuns += inTime ? running : unheard
  }

  async #countUnheard(agent: ChaosAgent): Promise<void> {
    this.damage.interruptedRuns += (await agent.inFlight()).unheard
  }
}

async function during(end: () => void, ms: number): Promise<void> {
  await delay(ms)
  end()
}
