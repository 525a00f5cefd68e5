import type { DocumentPolicy, SiteDescribeValue } from '@platen/protocol'
import { kinds } from '@platen/protocol'
import { databaseEndpoint } from '../domain/database-endpoint.ts'
import { agentUser } from './agent-user.ts'
import type { NginxSite } from './nginx-site.ts'

/** What `init` knows when it writes the policy file. */
export interface Findings {
  readonly root: string
  readonly siteUser: string
  readonly fpmSocket: string
  /** PHP-FPM's pm.status_path, where its pool has one. */
  readonly fpmStatusPath: string | undefined
  readonly nginx: NginxSite | undefined
  readonly refreshSecret: string
  readonly state: string
  readonly run: string
  readonly spool: string
  /** The site's keys in Redis, by root's word. */
  readonly redis: DocumentPolicy['redis']
  /** Where the CDN is reached, by root's word. */
  readonly cdn: DocumentPolicy['cdn']
}

/** Memory of one job's process: enough for a 24-megapixel image, small beside a container. */
const memoryMb = 1024

/** The policy file before WordPress was asked: enough to reach PHP. */
export function firstPolicy(found: Findings, url: string): DocumentPolicy {
  const { nginx } = found
  return {
    version: 1,
    site: { root: found.root, url, user: found.siteUser },
    agent: {
      user: agentUser,
      state: found.state,
      socket: `${found.run}/agent.sock`,
      control: `${found.run}/control.sock`,
      spool: found.spool,
    },
    kinds: kinds.map(kind => kind.name),
    limits: { memoryMb },
    php: { socket: found.fpmSocket, ...(found.fpmStatusPath === undefined ? {} : { statusPath: found.fpmStatusPath }) },
    ...(nginx === undefined
      ? {}
      : {
          nginx: {
            host: nginx.host,
            port: nginx.port,
            tls: nginx.tls,
            user: nginx.user,
            cacheHeader: nginx.cacheHeader ?? 'X-Cache',
            refreshSecret: found.refreshSecret,
            ...(nginx.cachePath === undefined ? {} : { cachePath: nginx.cachePath }),
            ...(nginx.cacheKey === undefined ? {} : { cacheKey: nginx.cacheKey }),
            ...(nginx.cacheLevels === undefined ? {} : { cacheLevels: nginx.cacheLevels }),
            ...(nginx.accessLog === undefined ? {} : { accessLog: nginx.accessLog }),
          },
        }),
  }
}

/** The policy file with what WordPress says about its database. */
export function fullPolicy(found: Findings, site: SiteDescribeValue, url: string | undefined): DocumentPolicy {
  return {
    ...firstPolicy(found, url ?? site.homeUrl),
    mysql: { ...databaseEndpoint(site.database.host), database: site.database.name },
    ...(found.redis ? { redis: found.redis } : {}),
    ...(found.cdn ? { cdn: found.cdn } : {}),
  }
}
