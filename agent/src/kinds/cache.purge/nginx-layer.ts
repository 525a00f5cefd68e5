import { PlatenError } from '@platen/protocol'
import { ask } from './ask.ts'
import type { Layer } from './layers.ts'
import { frontPage } from './plan.ts'
import type { Purge } from './purge.ts'

/**
 * What became of nginx's cache. The job fails where an old page was seen; here it is said where some may be that nobody could look
 * for: pages that were named are refreshed through nginx wherever it keeps them, all others are found in its folder alone.
 */
export async function nginxLayer(purge: Purge): Promise<Layer> {
  const { context, entries, pages, parts } = purge
  if (!context.policy.nginx) return absent
  if (parts.pageCache) {
    const code = purge.unseenKeys ? 'nginx.unknown_key' : purge.isCut ? 'nginx.too_many' : undefined
    return { layer: 'nginx', state: code ? 'failed' : 'purged', count: entries, ...(code ? { code } : {}) }
  }
  if (!(await keepsPages(purge))) return absent
  const count = [...pages.values()].filter(({ means }) => means === 'refreshed').length
  if ('urls' in context.input) return { layer: 'nginx', state: 'purged', count }
  return { layer: 'nginx', state: 'failed', count, code: 'nginx.unknown_cache' }
}

const absent: Layer = { layer: 'nginx', state: 'absent', count: 0 }

/** Whether nginx has a cache, which it says with each answer; the front page is asked for where there was none. */
async function keepsPages(purge: Purge): Promise<boolean> {
  const { context, pages } = purge
  if (pages.size === 0) {
    const front = { url: frontPage(context.policy.site.url), atUs: 0, state: 'waiting', forgotten: 0, looks: 0 } as const
    await ask(purge, { ...front }, 'visitor', context.signal).catch((error: unknown) => {
      // What was purged is in effect all the same.
      if (!(error instanceof PlatenError) || context.signal.aborted) throw error
    })
  }
  return purge.cacheSeen
}
