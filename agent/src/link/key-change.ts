import { toPlatenError, type AgentKeyOffer } from '@platen/protocol'
import type { KeyRing } from '../ports/key-ring.ts'
import type { Log } from '../ports/log.ts'

/**
 * The change of the agent's key, as the gateway leads it. A key file that can't be written, on a full disk for instance, leaves the
 * keys as they are: both are still known. An agent whose key is fixed has nothing to change.
 */
export class KeyChange {
  readonly #keys: KeyRing | undefined
  readonly #log: Log

  constructor(keys: KeyRing | undefined, log: Log) {
    this.#keys = keys
    this.#log = log
  }

  get isUnderWay(): boolean {
    return this.#keys?.isChanging ?? false
  }

  /** The new key as the gateway has to see it, where there is or can be one. */
  offer(): AgentKeyOffer | undefined {
    const offered = this.#written(() => this.#keys?.offer())
    return offered && { type: 'key.offer', ...offered }
  }

  /** The gateway keeps the new key; false where that is not the one which waits. */
  kept(publicKey: string): boolean {
    return this.#keys?.kept(publicKey) ?? false
  }

  /** The gateway refuses the new key. */
  refused(publicKey: string): void {
    this.#written(() => this.#keys?.refused(publicKey))
  }

  /** The key that was shown let us in. */
  welcomed(): void {
    this.#written(() => this.#keys?.welcomed())
  }

  #written<Value>(change: () => Value): Value | undefined {
    try {
      return change()
    } catch (error) {
      this.#log.error('link:key_unsaved', { code: toPlatenError(error).code })
      return undefined
    }
  }
}
