/** Pages of one block: which of them belong to something takes a byte each while they are few, and a bit each then. */
export const blockPages = 256
const mapBytes = blockPages / 8

/** Which pages of a block belong: their places in it, in any order; or, with 32 bytes, a map of bits. */
export type PageBits = Uint8Array

/** With one more page; the same object where it was in it. */
export function withPage(bits: PageBits | undefined, place: number): PageBits {
  if (bits === undefined) return Uint8Array.of(place)
  if (hasPage(bits, place)) return bits
  if (bits.length < mapBytes - 1) return Uint8Array.of(...bits, place)
  const map = bits.length === mapBytes ? bits.slice() : mapOf(bits)
  set(map, place)
  return map
}

/** Without a page, or undefined where none is left; the same object where it was not in it. */
export function withoutPage(bits: PageBits, place: number): PageBits | undefined {
  if (!hasPage(bits, place)) return bits
  const places = pagesIn(bits).filter(other => other !== place)
  if (places.length === 0) return undefined
  return places.length < mapBytes ? Uint8Array.from(places) : mapOf(places)
}

/** The places of all. */
export function pagesIn(bits: PageBits): readonly number[] {
  if (bits.length !== mapBytes) return [...bits]
  return Array.from({ length: blockPages }, (_, place) => place).filter(place => isSet(bits, place))
}

function hasPage(bits: PageBits, place: number): boolean {
  return bits.length === mapBytes ? isSet(bits, place) : bits.includes(place)
}

function mapOf(places: Iterable<number>): Uint8Array {
  const map = new Uint8Array(mapBytes)
  for (const place of places) set(map, place)
  return map
}

function isSet(map: Uint8Array, place: number): boolean {
  return ((map[place >> 3] ?? 0) & (1 << (place & 7))) !== 0
}

function set(map: Uint8Array, place: number): void {
  map[place >> 3] = (map[place >> 3] ?? 0) | (1 << (place & 7))
}
