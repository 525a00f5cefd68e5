import type { Catalog } from '../domain/catalog.ts'
import type { Bus } from '../ports/bus.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { PurgeDesk } from '../ports/purge-desk.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Signer } from '../ports/signer.ts'
import type { Store } from '../ports/store.ts'

/** What all sessions of a gateway share. */
export interface LinkParts {
  readonly store: Pick<Store, 'agents' | 'jobs' | 'sites'>
  readonly bus: Bus
  readonly signer: Signer
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** The name that agents' tokens and signatures are made out to. */
  readonly gateway: string
  readonly heartbeatMs: number
  /** A lease that no heartbeat renewed for so long is lost. */
  readonly leaseMs: number
  readonly catalog: Catalog
  readonly cdn: PurgeDesk
}
