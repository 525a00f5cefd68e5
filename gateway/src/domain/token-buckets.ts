/** What one bucket of many allows. */
export interface BucketSize {
  readonly perSecond: number
  /** What may be taken at once. */
  readonly burst: number
}

interface Bucket {
  tokens: number
  at: number
}

/**
 * A token bucket a name. Those that are full again are forgotten, and where more than `most` are remembered the one that was
 * used least lately, so that made-up names cost no memory.
 */
export class TokenBuckets {
  readonly #size: BucketSize
  readonly #most: number
  /** From the one that was used least lately to the latest. */
  readonly #buckets = new Map<string, Bucket>()

  constructor(size: BucketSize, most: number) {
    this.#size = size
    this.#most = most
  }

  /** Names that are remembered. */
  get remembered(): number {
    return this.#buckets.size
  }

  /** Whether there is one left for a name. */
  left(name: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(name)
    return !bucket || this.#filled(bucket, nowMs) >= 1
  }

  /** Takes one for a name, where there is one left. */
  take(name: string, nowMs: number): boolean {
    const { burst } = this.#size
    const before = this.#buckets.get(name)
    const tokens = before ? this.#filled(before, nowMs) : burst
    this.#buckets.delete(name)
    this.#forget(nowMs)
    this.#buckets.set(name, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: nowMs })
    return tokens >= 1
  }

  #filled({ tokens, at }: Bucket, nowMs: number): number {
    const { perSecond, burst } = this.#size
    return Math.min(burst, tokens + (Math.max(0, nowMs - at) * perSecond) / 1_000)
  }

  #forget(nowMs: number): void {
    for (const [name, bucket] of this.#buckets) {
      if (this.#buckets.size < this.#most && this.#filled(bucket, nowMs) < this.#size.burst) return
      this.#buckets.delete(name)
    }
  }
}
