import { Type } from 'typebox'
import type { KindSource } from './kind-source.ts'
import { closed, Code, Count, Summary, Url } from './parts.ts'

/** Refreshes pages in every cache of the site and fetches them afterwards to prove it. */
export const cachePurge: KindSource = {
  name: 'cache.purge',
  title: 'Cache purge',
  action: 'Purge the cache',
  description: 'Refreshes the caches of the site and checks that visitors get the new pages.',
  weight: 'light',
  priority: 80,
  role: 'nginx',
  retry: {
    attempts: 3,
    firstMs: 2_000,
    capMs: 60_000,
    codes: ['php.unavailable', 'php.timeout', 'nginx.unavailable', 'page.stale', 'worker.crashed', 'job.lost'],
  },
  coalesce: { by: [], mode: 'merge', list: 'urls', most: 500, whole: { everything: true, reason: 'Many pages at once' } },
  deadlines: { queueMs: 24 * 3_600_000, runMs: 5 * 60_000 },
  usualInput: { everything: true, reason: 'Asked for in WordPress' },
  input: Type.Union([
    closed({ urls: Type.Array(Url, { minItems: 1, maxItems: 500 }) }),
    closed({ everything: Type.Literal(true), reason: Type.String({ minLength: 1, maxLength: 200 }) }),
    /** What the plugin noted since the last such job: the agent makes these itself. */
    closed({ changes: Type.Literal(true) }),
  ]),
  result: closed({
    summary: Summary,
    layers: Type.Array(
      closed({
        layer: Type.Enum(['object', 'opcache', 'nginx', 'cdn']),
        state: Type.Enum(['purged', 'absent', 'failed']),
        /** Keys, files or entries that were purged. */
        count: Count,
        code: Type.Optional(Code),
      }),
      { maxItems: 4 },
    ),
    /** Pages that were looked at afterwards: all of them, or a sample where there are many. */
    proof: Type.Array(
      closed({
        url: Url,
        state: Type.Enum(['fresh', 'stale', 'unreachable']),
        /** What the page's cache header said, such as HIT or MISS. */
        cache: Type.Optional(Type.String({ maxLength: 32 })),
        status: Type.Optional(Type.Integer()),
      }),
      { maxItems: 200 },
    ),
    /** URLs that were refreshed, proven or not. */
    refreshed: Count,
  }),
}
