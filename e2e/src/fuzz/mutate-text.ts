import type { Dice } from '../chaos/dice.ts'

/** Characters that end, open or escape something in one of the languages that are read. */
const telling = Array.from('\0\r\n\t "\'`\\/{}[]()<>=:;,.#?$%*|-+_0179AZaz\u00E9\u{1F600}\u202E\uFFFD\uD800\uDFFF')
/** Longest text that comes out, in characters. */
const most = 262_144

/** Text that is nearly, or no longer, what a valid one was. */
export function mutatedText(dice: Dice, text: string, others: readonly string[]): string {
  let mutated = text
  for (let edits = dice.between(1, 4); edits > 0; edits -= 1) mutated = editedText(dice, mutated, others).slice(0, most)
  return mutated
}

function editedText(dice: Dice, text: string, others: readonly string[]): string {
  const [from, to] = [dice.between(0, text.length), dice.between(0, text.length)].toSorted((a, b) => a - b) as [number, number]
  const slice = text.slice(from, Math.min(to, from + 200))
  switch (dice.between(0, 7)) {
    case 0:
      return text.slice(0, from)
    case 1:
      return text.slice(0, from) + text.slice(to)
    case 2:
      return text.slice(0, from) + noise(dice) + text.slice(from)
    case 3:
      return text.slice(0, from) + noise(dice) + text.slice(from + 1)
    case 4:
      return text.slice(0, to) + slice + text.slice(to)
    case 5:
      // What takes long for much of the same shows here.
      return (
        text.slice(0, from) + (slice || dice.oneOf(telling)).repeat(dice.oneOf([3, 100, 3_000, 30_000])).slice(0, most) + text.slice(from)
      )
    case 6:
      return text.slice(0, from) + dice.oneOf(others.length > 0 ? others : ['']).slice(dice.between(0, 20))
    default:
      return text.slice(to) + text.slice(0, to)
  }
}

function noise(dice: Dice): string {
  return Array.from({ length: dice.between(1, 12) }, () => dice.oneOf(telling)).join('')
}

/** Bytes that are nearly, or no longer, what valid ones were. */
export function mutatedBytes(dice: Dice, bytes: Buffer, others: readonly Buffer[]): Buffer {
  if (dice.between(0, 9) === 0) return Buffer.from(Array.from({ length: dice.between(0, 400) }, () => dice.between(0, 255)))
  // Latin 1 has a character for every byte, so that what is done to text is done to bytes.
  const text = mutatedText(
    dice,
    bytes.toString('latin1'),
    others.map(other => other.toString('latin1')),
  )
  const mutated = Buffer.from(text, 'latin1')
  for (let flips = dice.between(0, 4); flips > 0 && mutated.length > 0; flips -= 1) {
    mutated[dice.between(0, mutated.length - 1)] = dice.oneOf([0, 1, 0x7f, 0x80, 0xff, dice.between(0, 255)])
  }
  return mutated
}
