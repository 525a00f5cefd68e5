import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import { redisEndpoint, sharesKeys, urlDatabase } from '../domain/redis-endpoint.ts'
import { prefixFlaw } from '../domain/redis-prefix.ts'

type Place = NonNullable<DocumentPolicy['redis']>

/** What root said about the object cache's Redis. */
export interface RedisWords {
  readonly redis?: string
  readonly redisPrefix?: string
}

/** A policy file beside the one that is written. */
export interface OtherPolicy {
  readonly file: string
  readonly policy: DocumentPolicy
}

/**
 * The site's keys in Redis as the policy file is to have them. Root says the prefix, now or when the present file was written;
 * what WordPress says is not enough, since its PHP may be hostile and claim the keys of a neighbour.
 *
 * @throws PlatenError input.invalid: no prefix, one that may be others' too, or no URL of a server
 */
export function redisPlace(
  { redis: url, redisPrefix }: RedisWords,
  present: DocumentPolicy | undefined,
  root: string,
  others: readonly OtherPolicy[],
): Place | undefined {
  if (url === undefined) {
    if (redisPrefix !== undefined)
      throw wrong('redis', '--redis-prefix says whose keys they are; --redis URL is missing, which says where.')
    return undefined
  }
  if (redisEndpoint(url) === undefined)
    throw wrong('redis', '--redis is no URL such as redis://127.0.0.1:6379/0 or unix:///run/redis.sock.')
  const bare = { url, database: urlDatabase(url) ?? 0 }
  const place = { ...bare, prefix: redisPrefix ?? presentPrefix(bare, present) }
  const flaw = prefixFlaw(place.prefix)
  if (flaw !== undefined) throw wrong('redis-prefix', `--redis-prefix ${flaw}.`)
  const other = others.find(({ policy }) => policy.site.root !== root && policy.redis !== undefined && sharesKeys(place, policy.redis))
  if (other) throw wrong('redis-prefix', `These are keys of ${other.policy.site.root} too, by ${other.file}.`)
  return place
}

function presentPrefix(bare: Omit<Place, 'prefix'>, present: DocumentPolicy | undefined): string {
  const known = present?.redis
  if (known && sharesKeys(known, { ...bare, prefix: known.prefix })) return known.prefix
  throw wrong(
    'redis-prefix',
    '--redis-prefix PREFIX is missing: what the site’s keys begin with, and no other site’s do, such as shop:. ' +
      'Its wp-config.php may say it (WP_REDIS_PREFIX, WP_CACHE_KEY_SALT), but a site may claim another’s.',
  )
}

function wrong(field: string, detail: string): PlatenError {
  return new PlatenError('input.invalid', detail, { field })
}
