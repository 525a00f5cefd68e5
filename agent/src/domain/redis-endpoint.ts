import type { SiteDescribeValue } from '@platen/protocol'

/** Where a Redis server listens. */
export type RedisEndpoint = { readonly host: string; readonly port: number } | { readonly socket: string }

/** Keys of one site in a database of a server. */
interface Keys {
  readonly url: string
  readonly database: number
  readonly prefix: string
}

const usualPort = 6379
const unix = 'unix://'
const servers: readonly string[] = ['redis:', 'rediss:']
const loopbacks: readonly string[] = ['localhost', '::1']

/** The server of a policy file's `redis.url`; undefined where it names none, or more than server, database and who asks. */
export function redisEndpoint(url: string): RedisEndpoint | undefined {
  if (!URL.canParse(url)) return undefined
  if (url.startsWith(unix)) return /^\/[^?#]+$/.test(url.slice(unix.length)) ? { socket: url.slice(unix.length) } : undefined
  const { protocol, hostname, port, pathname, search, hash } = new URL(url)
  // What follows `?` are options to the client, which may lead it elsewhere.
  if (!servers.includes(protocol) || hostname === '' || search !== '' || hash !== '' || !/^(?:\/\d{0,4})?$/.test(pathname)) return undefined
  return { host: withoutBrackets(hostname), port: port === '' ? usualPort : Number(port) }
}

/** `redis://host:port/3` → 3; undefined where the URL names none. */
export function urlDatabase(url: string): number | undefined {
  const number = url.startsWith(unix) ? undefined : /^\/(\d{1,4})$/.exec(new URL(url).pathname)?.[1]
  return number === undefined ? undefined : Number(number)
}

/** Whether two are one server: by the name that each has for it, since nobody else knows what else it is called. */
export function sameEndpoint(one: RedisEndpoint, other: RedisEndpoint): boolean {
  if ('socket' in one || 'socket' in other) return 'socket' in one && 'socket' in other && one.socket === other.socket
  return one.port === other.port && plainHost(one.host) === plainHost(other.host)
}

/** Whether some keys belong to both. */
export function sharesKeys(one: Keys, other: Keys): boolean {
  const [here, there] = [redisEndpoint(one.url), redisEndpoint(other.url)]
  if (!here || !there || one.database !== other.database || !sameEndpoint(here, there)) return false
  return one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)
}

/**
 * Whether WordPress is connected to the database of the policy file. Names are compared, not looked up: where it has another
 * one for the same server, nobody can tell that it is the same.
 */
export function usesDatabase(described: SiteDescribeValue['objectCache'], { url, database }: Omit<Keys, 'prefix'>): boolean {
  const { host, port, socket, database: used } = described?.redis ?? {}
  const [here, there] = [redisEndpoint(url), socket === undefined ? host !== undefined && { host, port: port ?? usualPort } : { socket }]
  return here !== undefined && there !== false && used === database && sameEndpoint(here, there)
}

function plainHost(host: string): string {
  const name = withoutBrackets(host.toLowerCase())
  return loopbacks.includes(name) ? '127.0.0.1' : name
}

/** An address of version 6 has them in a URL, and perhaps in a setting of WordPress. */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
