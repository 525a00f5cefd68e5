import type { Dice } from './dice.ts'

/** Which agents of a run have a part of their own, by index. */
export interface Cast {
  /** They carry out jobs of the pool, besides those of their sites. */
  readonly pool: readonly number[]
  /** Their containers are made anew, without what they knew. */
  readonly recreated: readonly number[]
  /** At their sites the owner asks for jobs: only a journal that stays can tell what became of those. */
  readonly owned: readonly number[]
}

/** The name of the one pool. */
export const poolName = 'verifiers'

/** Draws the parts. Of the pool one agent is made anew, and one of the others where there are several. */
export function castOf(dice: Dice, agents: number): Cast {
  const drawn = dice.shuffled(Array.from({ length: agents }, (_, index) => index))
  const poolSize = Math.min(agents, Math.max(2, Math.round(agents / 6)))
  const [pool, others] = [drawn.slice(0, poolSize), drawn.slice(poolSize)]
  const recreated = agents === 1 ? [] : [...pool.slice(0, 1), ...(others.length > 1 ? others.slice(0, 1) : [])]
  return { pool, recreated, owned: drawn.filter(index => !recreated.includes(index)) }
}
