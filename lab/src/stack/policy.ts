import { join } from 'node:path'
import { kinds, type DocumentPolicy } from '@platen/protocol'
import type { NativeSite } from '../sites/native/native-site-type.ts'
import type { WasmSite } from '../sites/wasm/wasm-site.ts'

/** Where the agent lives, and as whom. */
export interface AgentPlace {
  readonly user: string
  readonly directory: string
  /** Loopback port and secret for PHP without Unix sockets. */
  readonly tcp?: { readonly port: number; readonly secret: string }
  /** Where the CDN in front of the site is reached. */
  readonly cdnAddress?: string
}

const memoryMb = 1024

/** The policy file that an operator would write for one of lab's sites. */
export function policyFor(site: NativeSite | WasmSite, place: AgentPlace): DocumentPolicy {
  const base = {
    version: 1,
    agent: {
      user: place.user,
      state: join(place.directory, 'state'),
      socket: join(place.directory, 'run', 'agent.sock'),
      control: join(place.directory, 'run', 'control.sock'),
      ...(place.tcp ? { tcp: place.tcp } : {}),
    },
    kinds: kinds.map(kind => kind.name),
    limits: { memoryMb },
    ...(place.cdnAddress === undefined ? {} : { cdn: { address: place.cdnAddress } }),
  } as const
  if (site.kind === 'wasm') return { ...base, ...wasm(site, place) }
  return { ...base, ...native(site), agent: { ...base.agent, spool: join(place.directory, 'spool') } }
}

function native(site: NativeSite): Pick<DocumentPolicy, 'site' | 'php' | 'nginx' | 'redis' | 'mysql'> {
  const [host, port] = site.nginx.address.split(':') as [string, string]
  return {
    site: { root: site.root, url: site.url, user: site.siteUser.name },
    php: { socket: site.php.socket, statusPath: site.php.statusPath },
    nginx: {
      host,
      port: Number(port),
      tls: false,
      user: site.nginx.user,
      cachePath: site.nginx.cachePath,
      cacheKey: site.nginx.cacheKey,
      cacheLevels: site.nginx.cacheLevels,
      accessLog: site.nginx.accessLog,
      refreshSecret: site.nginx.refreshSecret,
      statusUrl: site.nginx.statusUrl,
      cacheHeader: 'X-Cache',
    },
    redis: { url: site.redis.url, database: 0, prefix: site.redis.prefix },
    mysql: { socket: site.mysql.socket, database: site.mysql.database },
  }
}

function wasm(site: WasmSite, place: AgentPlace): Pick<DocumentPolicy, 'site' | 'php'> {
  return { site: { root: site.root, url: site.url, user: place.user }, php: { http: true, secret: place.tcp?.secret ?? '' } }
}
