/** The value below which so many of a hundred lie, to the hundredth. */
export function percentile(values: readonly number[], of: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  const at = Math.min(sorted.length - 1, Math.ceil((of / 100) * sorted.length) - 1)
  return Math.round((sorted[Math.max(0, at)] ?? Number.NaN) * 100) / 100
}
