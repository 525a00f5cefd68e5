import type { DocumentPolicy } from '@platen/protocol'
import type { PageFetcher } from '../../ports/page-fetcher.ts'
import type { Samplers } from '../../ports/samplers.ts'
import { over, pct, when, words } from './finding.ts'
import type { Look } from './section.ts'
import { thresholds } from './thresholds.ts'

/** The web server, and the front page as a visitor gets it. */
export function nginx(samplers: Samplers, fetcher: PageFetcher, policy: DocumentPolicy): Look {
  return async signal => {
    if (!policy.nginx) return undefined
    const url = new URL('/', policy.site.url).href
    const [page, status] = await Promise.all([fetcher.fetch(url, { signal }), samplers.nginx?.(signal)])
    return {
      facts: {
        'frontPage.status': page.status,
        'frontPage.tookMs': page.tookMs,
        'frontPage.bytes': page.body.length,
        'frontPage.cache': page.headers[policy.nginx.cacheHeader.toLowerCase()]?.slice(0, 40) ?? null,
        ...(status
          ? {
              'connections.active': status.active,
              'connections.waiting': status.waiting,
              'connections.dropped': status.accepted - status.handled,
              'requests.total': status.requests,
            }
          : {}),
      },
      findings: [
        when(page.status >= 400, 'critical', `The front page answers with the error ${page.status}.`),
        over(page.tookMs, thresholds.frontPageMs, `The front page takes ${(page.tookMs / 1000).toFixed(1)} s to answer.`),
        when(status !== undefined && status.accepted > status.handled, 'attention', 'nginx had to drop connections.'),
      ],
    }
  }
}

/** The database server, and the site's tables. */
export function mysql(samplers: Samplers): Look {
  return async signal => {
    const state = await samplers.database?.(signal)
    if (!state) return undefined
    const used = pct(state.connections, state.connectionsLimit)
    return {
      facts: {
        version: state.version,
        uptimeSeconds: state.uptimeSeconds,
        'connections.count': state.connections,
        'connections.limit': state.connectionsLimit,
        'connections.usedPct': used,
        'queries.running': state.runningQueries,
        'queries.slow': state.slowQueries,
        'tables.count': state.tables,
        'tables.bytes': state.tablesBytes,
        'tables.notInnodb': state.tablesNotInnodb,
        'autoloaded.options': state.autoloadedOptions,
        'autoloaded.bytes': state.autoloadedBytes,
      },
      findings: [
        over(used, thresholds.connectionsPct, `${words(used)} of the database’s connections are in use.`),
        over(
          state.autoloadedBytes,
          thresholds.autoloadedBytes,
          `Every request loads ${Math.round(state.autoloadedBytes / 1000)} kB of options; plugins that are gone may have left some.`,
        ),
        over(state.tablesNotInnodb, thresholds.tablesNotInnodb, `${state.tablesNotInnodb} tables are not InnoDB: a crash can break them.`),
      ],
    }
  }
}

/** The object cache's server. */
export function redis(samplers: Samplers): Look {
  return async signal => {
    const state = await samplers.redis?.(signal)
    if (!state) return undefined
    const lookups = state.hits + state.misses
    const hits = pct(state.hits, lookups)
    const used = state.maxBytes > 0 ? pct(state.usedBytes, state.maxBytes) : null
    const { leastLookups, attention } = thresholds.redisHitPct
    return {
      facts: {
        version: state.version,
        uptimeSeconds: state.uptimeSeconds,
        'memory.usedBytes': state.usedBytes,
        'memory.limitBytes': state.maxBytes > 0 ? state.maxBytes : null,
        'memory.usedPct': used,
        evictionPolicy: state.evictionPolicy,
        'keys.count': state.keys,
        'keys.evicted': state.evictedKeys,
        'lookups.hitPct': hits,
        clients: state.clients,
      },
      findings: [
        when(
          hits !== null && lookups >= leastLookups && hits < attention,
          'attention',
          `The object cache has what is asked for in only ${words(hits)} of the time.`,
        ),
        when(state.evictedKeys > 0, 'attention', 'The object cache has too little memory: it had to forget what was in use.'),
        over(used, thresholds.redisMemoryUsedPct, `${words(used)} of the object cache’s memory is in use.`),
      ],
    }
  }
}
