import { v7 } from 'uuid'

/** What an id names; the prefix in front of its UUIDv7. */
export type IdType = 'acct' | 'site' | 'agent' | 'inst' | 'job' | 'tok' | 'evt' | 'sess' | 'purge'

const idBytes = 16
/** Randomness for many ids at once: fetching it for each was a tenth of the work of a gateway's writer. */
const pool = new Uint8Array(64 * idBytes)
let used = pool.length
/** Ids of one millisecond are counted on from a random number, so that those of one process rise. */
const last = { msecs: -Infinity, seq: 0 }

/** A new id such as `job_01936f0e-…`: UUIDv7, so ids sort by the time they were made. */
export function newId(type: IdType): string {
  const random = fresh()
  const now = Date.now()
  if (now > last.msecs) {
    last.msecs = now
    last.seq = (((random[6] as number) & 0x7f) << 24) | ((random[7] as number) << 16) | ((random[8] as number) << 8) | (random[9] as number)
  } else {
    last.seq = (last.seq + 1) | 0
    if (last.seq === 0) last.msecs += 1
  }
  return `${type}_${v7({ random, ...last })}`
}

/** Sixteen bytes that were not given out before. */
function fresh(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += idBytes
  return pool.subarray(used - idBytes, used)
}

/** Source of the pattern of ids of a type, for schemas. */
export function idPattern(type: IdType): string {
  return `^${type}_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`
}
