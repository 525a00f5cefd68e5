/** Whole numbers in few bytes: sorted, the distance of each from the one before, seven bits a byte. */
export function packNumbers(numbers: Iterable<number>): Uint8Array {
  const bytes: number[] = []
  let before = 0
  for (const number of [...numbers].toSorted((one, other) => one - other)) {
    let rest = number - before
    before = number
    // Not by shifts, which cut to 32 bits.
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
    bytes.push(rest)
  }
  return Uint8Array.from(bytes)
}

/** The numbers, sorted. */
export function unpackNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = []
  let number = 0
  let factor = 1
  for (const byte of bytes) {
    number += (byte % 128) * factor
    factor = byte >= 128 ? factor * 128 : 1
    if (byte < 128) numbers.push(number)
  }
  return numbers
}
