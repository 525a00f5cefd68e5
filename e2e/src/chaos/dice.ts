import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Chance that a seed decides: the same seed gives the same throws in the same order. */
export interface Dice {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** One of a list. */
  oneOf<Item>(items: readonly Item[]): Item
  /** The list in another order. */
  shuffled<Item>(items: readonly Item[]): Item[]
}

/** Dice of a seed. */
export function dice(seed: number): Dice {
  const generator = xoroshiro128plus(seed)
  const between = (least: number, most: number): number => uniformInt(generator, least, most)
  return {
    between,
    oneOf: items => items[between(0, items.length - 1)] as (typeof items)[number],
    shuffled: items => {
      const left = [...items]
      return items.map(() => left.splice(between(0, left.length - 1), 1)[0] as (typeof items)[number])
    },
  }
}
