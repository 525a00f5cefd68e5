import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import type { WorkerOrder } from './domain/worker-message.ts'
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
    default:
      throw new PlatenError('kind.unknown', `This build has no handler of ${kind}.`)
  }
}

async function cachePurge(policy: DocumentPolicy) {
  const [{ cachePurge }, { nginxPageCache }, { redisObjectCache }, { pageFetcher }] = await Promise.all([
    import('./kinds/cache.purge/handler.ts'),
    import('./site/nginx-cache.ts'),
    import('./site/redis.ts'),
    import('./site/fetcher.ts'),
  ])
  return cachePurge({
    fetcher: pageFetcher(policy),
    ...(policy.nginx?.cachePath ? { pageCache: nginxPageCache(policy.nginx.cachePath) } : {}),
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

const { token, socketPath } = readGreeting()
await hostWorker(socketPath, token, {
  handlerFor,
  resultCheck: async kind => (await import('@platen/protocol/validators/results')).resultValidators[kind],
  clock: systemClock,
})
// Whatever a handler's library left open must not keep the worker.
process.exit(0)
