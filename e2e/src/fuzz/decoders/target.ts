import type { Dice } from '../../chaos/dice.ts'
import { mutatedJson } from '../mutate-json.ts'
import { mutatedBytes, mutatedText } from '../mutate-text.ts'

/** What a decoder is given: text or bytes. */
export type Input = string | Buffer

/** One decoder, and what it is fed. */
export interface Target {
  readonly name: string
  /** Inputs of which it takes one at least: what is made of nothing but refused ones gets no further than they do. */
  readonly valid: readonly Input[]
  /** The input of one throw of the dice. */
  make(dice: Dice): Input
  /** Decodes it: undefined or false is a refusal. May throw errors of the table, and nothing else. */
  decode(input: Input): unknown
}

/** A decoder of JSON text, fed with what is nearly one of `valid`. */
export function jsonTarget(name: string, valid: readonly unknown[], decode: (text: string) => unknown): Target {
  const texts = valid.map(value => JSON.stringify(value))
  const make = (dice: Dice): string => {
    const text = mutatedJson(dice, dice.oneOf(valid))
    return dice.between(0, 4) === 0 ? mutatedText(dice, text, texts) : text
  }
  return { name, valid: texts, make, decode: input => decode(String(input)) }
}

/** A decoder of other text. */
export function textTarget(name: string, valid: readonly string[], decode: (text: string) => unknown): Target {
  return { name, valid, make: dice => mutatedText(dice, dice.oneOf(valid), valid), decode: input => decode(String(input)) }
}

/** A decoder of bytes. */
export function bytesTarget(name: string, valid: readonly Buffer[], decode: (bytes: Buffer) => unknown): Target {
  return { name, valid, make: dice => mutatedBytes(dice, dice.oneOf(valid), valid), decode: input => decode(Buffer.from(input as Buffer)) }
}
