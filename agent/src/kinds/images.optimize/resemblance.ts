/**
 * Correlation above which two glances show the same picture. Of 154 sizes that WordPress made of photographs the lowest had
 * 0.995; nine of ten that were cut 6 % off the middle had less than 0.985.
 */
const sameAbove = 0.99
/** Grey levels of spread below which a glance has nothing to correlate. */
const flatBelow = 2
/** Grey levels that two flat glances may lie apart. */
const flatApart = 16

/**
 * Whether two glances of the same length show the same picture in the same cut. Colour and contrast may differ (WordPress
 * may have scaled without a colour profile), position may not. An owner who cropped an image in WordPress is found by this.
 */
export function looksAlike(one: Uint8Array, other: Uint8Array): boolean {
  const a = spread(one)
  const b = spread(other)
  if (a.deviation < flatBelow && b.deviation < flatBelow) return Math.abs(a.mean - b.mean) <= flatApart
  if (a.deviation < flatBelow || b.deviation < flatBelow) return false
  let sum = 0
  for (const [at, level] of one.entries()) sum += (level - a.mean) * ((other[at] ?? 0) - b.mean)
  return sum / one.length / (a.deviation * b.deviation) >= sameAbove
}

function spread(levels: Uint8Array): { readonly mean: number; readonly deviation: number } {
  let sum = 0
  let squares = 0
  for (const level of levels) {
    sum += level
    squares += level * level
  }
  const mean = sum / levels.length
  return { mean, deviation: Math.sqrt(Math.max(0, squares / levels.length - mean * mean)) }
}
