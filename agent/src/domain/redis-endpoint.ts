/** Where a Redis server listens. */
export type RedisEndpoint = { readonly host: string; readonly port: number } | { readonly socket: string }

const usualPort = 6379
const unix = 'unix://'

/** The server of a policy file's `redis.url`; undefined where it names none, or more than server, database and who asks. */
export function redisEndpoint(url: string): RedisEndpoint | undefined {
  if (!URL.canParse(url)) return undefined
  if (url.startsWith(unix)) return /^\/[^?#]+$/.test(url.slice(unix.length)) ? { socket: url.slice(unix.length) } : undefined
  const { hostname, port, pathname, search, hash } = new URL(url)
  // What follows `?` are options to the client, which may lead it elsewhere.
  if (hostname === '' || search !== '' || hash !== '' || !/^(?:\/\d{0,4})?$/.test(pathname)) return undefined
  return { host: hostname.toLowerCase(), port: port === '' ? usualPort : Number(port) }
}

/** `redis://host:port/3` → 3; undefined where the URL names none. */
export function urlDatabase(url: string): number | undefined {
  const number = url.startsWith(unix) ? undefined : /^\/(\d{1,4})$/.exec(new URL(url).pathname)?.[1]
  return number === undefined ? undefined : Number(number)
}
