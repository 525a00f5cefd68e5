import { setTimeout as delay } from 'node:timers/promises'
import type { Damage } from './damage.ts'
import type { Fault } from './schedule.ts'
import type { World } from './world.ts'

/** Does harm to gateway, signer and store. */
export class PlatformHand {
  /** Whether the gateway does not answer just now, by what was done to it. */
  isGatewayAway = false
  readonly #world: World
  readonly #damage: Damage

  constructor(world: World, damage: Damage) {
    this.#world = world
    this.#damage = damage
  }

  async harm(fault: Exclude<Fault, { agent: number }>): Promise<void> {
    const { store, ...world } = this.#world
    switch (fault.type) {
      case 'kill gateway':
        return this.#awayDuring(this.#kill(world.killGateway(), fault.downMs, () => world.startGateway()))
      case 'kill signer':
        return this.#kill(world.killSigner(), fault.downMs, () => world.startSigner())
      case 'kill store':
        return this.#kill(store.process?.kill(), fault.downMs, () => store.process?.start())
      case 'stop gateway':
        return this.#awayDuring(during(world.freezeGateway(), fault.forMs))
    }
  }

  async #kill(killed: Promise<void> | undefined, downMs: number, start: () => Promise<void> | undefined): Promise<void> {
    await killed
    this.#damage.kills += 1
    await delay(downMs)
    await start()
  }

  async #awayDuring(fault: Promise<void>): Promise<void> {
    this.isGatewayAway = true
    await fault
    this.isGatewayAway = false
  }
}

/** Ends something after a time. */
export async function during(end: () => void, ms: number): Promise<void> {
  await delay(ms)
  end()
}
