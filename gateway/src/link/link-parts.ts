import type { Kind, Validator } from '@platen/protocol'
import type { Bus } from '../ports/bus.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Signer } from '../ports/signer.ts'
import type { Store } from '../ports/store.ts'

/** What all sessions of a gateway share. */
export interface LinkParts {
  readonly store: Pick<Store, 'agents' | 'jobs'>
  readonly bus: Bus
  readonly signer: Signer
  readonly clock: Clock
  readonly log: Log
  /** The name that agents' tokens and signatures are made out to. */
  readonly gateway: string
  readonly heartbeatMs: number
  readonly kinds: ReadonlyMap<string, Kind>
  /** Checks of inputs and results by kind. */
  readonly inputs: Readonly<Record<string, Validator>>
  readonly results: Readonly<Record<string, Validator>>
}
