import type { Dice } from '../../chaos/dice.ts'
import type { Ground } from './ground.ts'

/** One kind of mischief. It takes seconds, cleans up after itself, and throws nothing. */
export interface Attack {
  readonly name: string
  /** `count` hears of every frame, request or piece that was sent. */
  run(ground: Ground, dice: Dice, count: () => void): Promise<void>
  /** Looks at whom it was meant for once it is over: what harm it did, in words, or undefined. */
  harm?(ground: Ground): Promise<string | undefined>
}

/** Does something so many times at once. */
export async function atOnce(times: number, act: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: times }, (_, index) => act(index)))
}
