import { Type, type TSchema } from 'typebox'
import { KindName } from '../frames/parts.ts'
import { closed } from '../kinds/parts.ts'
import { allowances, QuietHours, TimeZone } from './quiet-hours.ts'

const Path = Type.String({ pattern: '^/', maxLength: 1024 })
const Secret = Type.String({ minLength: 32, maxLength: 200 })
const User = Type.String({ pattern: '^[a-z_][a-z0-9_-]*$', maxLength: 32 })
const Port = Type.Integer({ minimum: 1, maximum: 65535 })

/**
 * `/etc/platen/policy.json`: what the agent may do at this site and where everything is. Written by root, read-only to
 * the agent; nothing that comes over the link or out of WordPress can widen it.
 */
export const Policy: TSchema = closed({
  version: Type.Literal(1),
  site: closed({
    /** The folder that holds wp-load.php. */
    root: Path,
    url: Type.String({ pattern: '^https?://', maxLength: 500 }),
    /** The Unix user that the site's PHP runs as. */
    user: User,
  }),
  agent: closed({
    /** The Unix user of the agent itself; the same as the site's where only one is to be had. */
    user: User,
    /** Journal, identity and keys: 0700. */
    state: Path,
    /** Where the plugin reaches the agent. */
    socket: Path,
    /** Where `platen-agent exec` and `status` reach it. */
    control: Path,
    /** The folder in which the plugin notes what pages are made of and what changes; both users write there. */
    spool: Type.Optional(Path),
    /** Loopback TCP for PHP without Unix sockets (the WebAssembly demo); requests are signed with `secret`. */
    tcp: Type.Optional(closed({ port: Port, secret: Secret })),
  }),
  /** Job kinds that may run here. */
  kinds: Type.Array(KindName, { maxItems: 100 }),
  limits: closed({
    /** Memory of one job's process. */
    memoryMb: Type.Integer({ minimum: 64, maximum: 65536 }),
    /** What heavy jobs may take in a day; the owner may ask for less, never for more. */
    ...allowances,
    /** How often everything may be purged by owner and platform: so often at once, then once in so many seconds; 0 seconds are no bound. */
    purgeEverything: Type.Optional(
      closed({ burst: Type.Integer({ minimum: 1, maximum: 1_000 }), everySeconds: Type.Integer({ minimum: 0, maximum: 86_400 }) }),
    ),
  }),
  /** When heavy jobs that nobody at the site asked for wait, besides the owner's own quiet hours. */
  quietHours: Type.Optional(closed({ timeZone: TimeZone, hours: QuietHours })),
  php: Type.Union([
    closed({ socket: Path, statusPath: Type.Optional(Type.String({ pattern: '^/', maxLength: 200 })) }),
    /** Signed HTTP, where there is no FastCGI (the WebAssembly demo). */
    closed({ http: Type.Literal(true), secret: Secret }),
  ]),
  nginx: Type.Optional(
    closed({
      /** Where the agent fetches the site's pages, whatever DNS says. */
      host: Type.String({ maxLength: 200 }),
      port: Port,
      tls: Type.Boolean(),
      user: User,
      cachePath: Type.Optional(Path),
      /** As in its configuration: `*_cache_key`, and `levels=` of `*_cache_path`. Without them entries are found by reading all. */
      cacheKey: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
      cacheLevels: Type.Optional(Type.String({ pattern: '^[12](:[12]){0,2}$' })),
      /** Tells which pages are visited most. */
      accessLog: Type.Optional(Path),
      /** Value of X-Platen-Refresh that makes nginx fetch a page anew and replace its entry. */
      refreshSecret: Type.Optional(Secret),
      statusUrl: Type.Optional(Type.String({ pattern: '^http://', maxLength: 500 })),
      /** Response header that tells the cache's part in an answer, such as X-Cache. */
      cacheHeader: Type.String({ maxLength: 64 }),
    }),
  ),
  /** The CDN in front of the site, where pages are looked at as visitors get them. Without it, the gateway's word stands alone. */
  cdn: Type.Optional(
    closed({
      /**
       * An IP address, with or without a port, whatever DNS says: `203.0.113.7`, `[2001:db8::7]:8443`. The scheme is that of the
       * site's URL; with https the certificate has to be the site's.
       */
      address: Type.String({ minLength: 1, maxLength: 100 }),
    }),
  ),
  redis: Type.Optional(
    closed({
      url: Type.String({ pattern: '^(redis|rediss|unix)://', maxLength: 500 }),
      database: Type.Integer({ minimum: 0, maximum: 1023 }),
      /** Keys that are this site's; never empty, since the server may be shared. */
      prefix: Type.String({ minLength: 1, maxLength: 200 }),
    }),
  ),
  mysql: Type.Optional(
    closed({
      /** The endpoint and database that wp-config.php has to name too. */
      host: Type.Optional(Type.String({ maxLength: 200 })),
      port: Type.Optional(Port),
      socket: Type.Optional(Path),
      database: Type.String({ maxLength: 64 }),
    }),
  ),
})
