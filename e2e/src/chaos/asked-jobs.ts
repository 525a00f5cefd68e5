import { poolName } from './cast.ts'
import type { Dice } from './dice.ts'

/** What the API is asked for, a job. */
export interface Asked {
  readonly siteId: string
  readonly kind: string
  readonly input: object
  readonly pool?: string
}

/** Of a hundred jobs so many wait for a child, are heavy, go to the pool, or share a key with others. */
const ofHundred = { parents: 4, heavy: 10, pool: 8, shared: 25 }

/** Draws a job for one of the sites. */
export function askedJob(sites: readonly string[], dice: Dice): Asked {
  const kind = kindOf(dice)
  const shared = dice.between(1, 100) <= ofHundred.shared ? { shared: `key-${dice.between(1, 3)}` } : {}
  const input = kind === 'lab.parent' ? { ...waits(dice), ...childOf(dice) } : { ...waits(dice), ...shared }
  const pool = dice.between(1, 100) <= ofHundred.pool ? { pool: poolName } : {}
  return { siteId: dice.oneOf(sites), kind, input, ...pool }
}

/** How long a job takes beside its increment. */
export function waits(dice: Dice): object {
  return { beforeMs: dice.between(0, 150), afterMs: dice.between(0, 50) }
}

function kindOf(dice: Dice): string {
  const drawn = dice.between(1, 100)
  if (drawn <= ofHundred.parents) return 'lab.parent'
  return drawn <= ofHundred.parents + ofHundred.heavy ? 'lab.heavy' : 'lab.increment'
}

/** Half of the children are for the pool, wherever their parents are. */
function childOf(dice: Dice): object {
  return { child: waits(dice), ...(dice.between(1, 2) === 1 ? { childPool: poolName } : {}) }
}
