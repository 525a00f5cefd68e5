/** What a run cost, and what it saved. */
export interface Bill {
  readonly cpuMs: number
  readonly peakRssBytes: number
  readonly wallMs: number
  /** From and to disks. */
  readonly readBytes: number
  readonly writtenBytes: number
  readonly savedBytes: number
}

/** What two runs of a job cost together; whoever reports more than can be counted is believed no further than that. */
export function billOf(one: Bill | undefined, other: Bill | undefined): Bill | undefined {
  if (!one || !other) return one ?? other
  const sum = (name: keyof Bill): number => Math.min(one[name] + other[name], Number.MAX_SAFE_INTEGER)
  return {
    cpuMs: sum('cpuMs'),
    peakRssBytes: Math.max(one.peakRssBytes, other.peakRssBytes),
    wallMs: sum('wallMs'),
    readBytes: sum('readBytes'),
    writtenBytes: sum('writtenBytes'),
    savedBytes: sum('savedBytes'),
  }
}
