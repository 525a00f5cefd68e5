import { Redis, type RedisOptions } from 'ioredis'
import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import type { ObjectCache } from '../ports/object-cache.ts'
import type { RedisState } from '../ports/samplers.ts'

type Place = NonNullable<DocumentPolicy['redis']>

const connectMs = 3_000
const commandMs = 5_000
const scanCount = 500

/** The site's keys in the Redis that the policy file names. The server may be shared: nothing outside the prefix is touched. */
export function redisObjectCache(place: Place): ObjectCache {
  return {
    flush: signal => withRedis(place, signal, redis => unlinkAll(redis, place.prefix, signal)),
    reach: signal => withRedis(place, signal, async redis => void (await redis.ping())),
  }
}

/** Reads the server's own figures. @throws PlatenError redis.unavailable */
export function redisState(place: Place, signal: AbortSignal): Promise<RedisState> {
  return withRedis(place, signal, async redis => readState(await redis.info(), await redis.dbsize()))
}

/** The prefix as a pattern that matches itself alone: what globs mean is escaped. */
export function prefixPattern(prefix: string): string {
  return `${prefix.replaceAll(/[\\*?[\]^-]/g, String.raw`\$&`)}*`
}

async function unlinkAll(redis: Redis, prefix: string, signal: AbortSignal): Promise<number> {
  const wanted = Buffer.from(prefix)
  let cursor = '0'
  let count = 0
  do {
    signal.throwIfAborted()
    // As bytes: a key need not be text, and one that was decoded and encoded again would be another key.
    const [next, keys] = await redis.scanBuffer(cursor, 'MATCH', prefixPattern(prefix), 'COUNT', scanCount)
    const own = keys.filter(key => key.subarray(0, wanted.length).equals(wanted))
    if (own.length > 0) count += await redis.unlink(...own)
    cursor = next.toString()
  } while (cursor !== '0')
  return count
}

async function withRedis<T>(place: Place, signal: AbortSignal, use: (redis: Redis) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const redis = connection(place)
  // Every failure reaches the command that waits; without a listener the library would write to the console.
  redis.on('error', () => undefined)
  const abort = (): void => redis.disconnect()
  signal.addEventListener('abort', abort)
  try {
    await connected(redis)
    return await use(redis)
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw new PlatenError('redis.unavailable', undefined, { cause })
  } finally {
    signal.removeEventListener('abort', abort)
    redis.disconnect()
  }
}

/** Until it can be used: the client gives each question on the way there a time of its own, and asks some of them twice. */
async function connected(redis: Redis): Promise<void> {
  const late = setTimeout(() => redis.disconnect(), commandMs)
  try {
    await redis.connect()
  } finally {
    clearTimeout(late)
  }
}

/** One attempt, no queue: a job says what failed and is tried again as a whole. */
function connection(place: Place): Redis {
  const options = {
    db: place.database,
    lazyConnect: true,
    connectTimeout: connectMs,
    commandTimeout: commandMs,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    // Every server speaks it; 3 needs Redis 6.
    protocol: 2,
  } satisfies RedisOptions
  return place.url.startsWith('unix://')
    ? new Redis({ ...options, path: place.url.slice('unix://'.length) })
    : new Redis(place.url, options)
}

/** What `INFO` tells; what is not there is nothing. */
export function readState(info: string, keys: number): RedisState {
  const told = new Map(info.split(/\r?\n/).map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
  const count = (name: string): number => (/^\d{1,15}$/.test(told.get(name) ?? '') ? Number(told.get(name)) : 0)
  const word = (name: string): string => /^[\w.-]{1,40}/.exec(told.get(name) ?? '')?.[0] ?? ''
  return {
    version: word('redis_version'),
    usedBytes: count('used_memory'),
    maxBytes: count('maxmemory'),
    evictionPolicy: word('maxmemory_policy'),
    evictedKeys: count('evicted_keys'),
    hits: count('keyspace_hits'),
    misses: count('keyspace_misses'),
    clients: count('connected_clients'),
    uptimeSeconds: count('uptime_in_seconds'),
    keys,
  }
}
