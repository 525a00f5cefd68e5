import { limits, PlatenError, type DocumentPolicy } from '@platen/protocol'
import type { WorkerOrder } from './domain/worker-message.ts'
import type { Samplers } from './ports/samplers.ts'
import { systemClock } from './system/system-clock.ts'
import { readGreeting } from './work/worker-greeting.ts'
import { hostWorker, type AnyHandler } from './work/worker-host.ts'

/** The handler of an order with its adapters. Only what the kind needs is loaded. */
async function handlerFor({ kind, policy }: WorkerOrder): Promise<AnyHandler> {
  switch (kind) {
    case 'cache.purge':
      return (await cachePurge(policy)) as AnyHandler
    case 'images.optimize':
      return (await imagesOptimize(policy.site.root)) as AnyHandler
    case 'assets.bundle':
      return (await assetsBundle(policy)) as AnyHandler
    case 'health.report':
      return (await healthReport(policy)) as AnyHandler
    default:
      throw new PlatenError('kind.unknown', `This build has no handler of ${kind}.`)
  }
}

async function cachePurge(policy: DocumentPolicy) {
  const [{ cachePurge }, { nginxPageCache }, { nginxVisits }, { redisObjectCache }, { pageFetcher, cdnFetcher }] = await Promise.all([
    import('./kinds/cache.purge/handler.ts'),
    import('./site/nginx-cache.ts'),
    import('./site/nginx-log.ts'),
    import('./site/redis.ts'),
    import('./site/fetcher.ts'),
  ])
  const cdn = cdnFetcher(policy)
  return cachePurge({
    fetcher: pageFetcher(policy),
    ...(cdn ? { cdn } : {}),
    ...(policy.nginx?.cachePath ? { pageCache: nginxPageCache(policy.nginx.cachePath) } : {}),
    ...(policy.nginx?.accessLog ? { visits: nginxVisits(policy.nginx.accessLog) } : {}),
    ...(policy.redis ? { objectCache: redisObjectCache(policy.redis) } : {}),
  })
}

async function imagesOptimize(root: string) {
  const [{ imagesOptimize }, { sharpEncoder }, { siteFiles }] = await Promise.all([
    import('./kinds/images.optimize/handler.ts'),
    import('./kinds/images.optimize/sharp-encoder.ts'),
    import('./site/files.ts'),
  ])
  return imagesOptimize({ files: siteFiles(root), encoder: sharpEncoder() })
}

async function assetsBundle(policy: DocumentPolicy) {
  const [{ assetsBundle }, { postcssMinifier }, { terserMinifier }, { pageFetcher }, { siteFiles }] = await Promise.all([
    import('./kinds/assets.bundle/handler.ts'),
    import('./kinds/assets.bundle/postcss-minifier.ts'),
    import('./kinds/assets.bundle/terser-minifier.ts'),
    import('./site/fetcher.ts'),
    import('./site/files.ts'),
  ])
  return assetsBundle({ files: siteFiles(policy.site.root), fetcher: pageFetcher(policy), css: postcssMinifier(), js: terserMinifier() })
}

async function healthReport(policy: DocumentPolicy) {
  const [{ healthReport }, { pageFetcher }, samplers] = await Promise.all([
    import('./kinds/health.report/handler.ts'),
    import('./site/fetcher.ts'),
    samplersOf(policy),
  ])
  return healthReport({ fetcher: pageFetcher(policy), samplers })
}

async function samplersOf(policy: DocumentPolicy): Promise<Samplers> {
  const [
    { machineState },
    { cgroupState },
    { diskState },
    { fpmStatus },
    { nginxStatus },
    { databaseState },
    { redisState },
    { siteFiles },
  ] = await Promise.all([
    import('./site/machine.ts'),
    import('./site/cgroup.ts'),
    import('./site/disk.ts'),
    import('./site/fpm-status.ts'),
    import('./site/nginx-status.ts'),
    import('./site/mysql.ts'),
    import('./site/redis.ts'),
    import('./site/files.ts'),
  ])
  const { site, nginx, mysql, redis } = policy
  const statusUrl = nginx?.statusUrl
  return {
    machine: machineState,
    cgroup: () => cgroupState(),
    disk: () => diskState(site.root),
    fpm: signal => fpmStatus(policy, systemClock, { signal, deadlineMs: limits.php.callMs }),
    ...(statusUrl === undefined ? {} : { nginx: signal => nginxStatus(statusUrl, signal) }),
    ...(mysql ? { database: signal => databaseState(mysql, siteFiles(site.root), signal) } : {}),
    ...(redis ? { redis: signal => redisState(redis, signal) } : {}),
  }
}

const { token, socketPath } = readGreeting()
await hostWorker(socketPath, token, {
  handlerFor,
  resultCheck: async kind => (await import('@platen/protocol/validators/results')).resultValidators[kind],
  clock: systemClock,
})
// Whatever a handler's library left open must not keep the worker.
process.exit(0)
