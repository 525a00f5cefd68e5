import { Type } from 'typebox'
import type { KindSource } from './kind-source.ts'
import { TimeMs } from '../frames/parts.ts'
import { closed, Code, Count, Summary, Url } from './parts.ts'

const Layer = Type.Enum(['object', 'opcache', 'nginx', 'cdn'])

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
  prompt: true,
  receipt: true,
  ofSite: ['changes', 'within'],
  usualInput: { everything: true, reason: 'Asked for in WordPress' },
  input: Type.Union([
    closed({ urls: Type.Array(Url, { minItems: 1, maxItems: 500 }) }),
    closed({
      everything: Type.Literal(true),
      reason: Type.String({ minLength: 1, maxLength: 200 }),
      /** One blog of a network: what lies below its home, but for paths of other blogs below that. */
      within: Type.Optional(
        closed({
          home: Url,
          except: Type.Optional(Type.Array(Type.String({ pattern: '^/[^\\s?#]*/$', maxLength: 200 }), { maxItems: 500 })),
        }),
      ),
    }),
    /** What the plugin noted since the last such job: the agent makes these itself. */
    closed({ changes: Type.Literal(true) }),
  ]),
  result: closed({
    summary: Summary,
    /** What had changed, newest first, in the plugin's words; all of it is in effect. */
    changes: Type.Optional(Type.Array(closed({ what: Type.String({ maxLength: 200 }) }), { maxItems: 50 })),
    layers: Type.Array(
      closed({
        layer: Layer,
        /**
         * `kept`: WordPress had already forgotten what changed, and the rest is still good. `pending`: asked for, and on record until
         * it is done; `code` says why it takes longer than the job.
         */
        state: Type.Enum(['purged', 'kept', 'absent', 'pending', 'failed']),
        /** Keys, files or entries that were purged. */
        count: Count,
        code: Type.Optional(Code),
      }),
      { maxItems: 4 },
    ),
    /** Pages that were looked at afterwards: all of them, or a sample where there are many. What is not new stands first. */
    proof: Type.Array(
      closed({
        url: Url,
        /** `removed`: the old copy is gone, and a new one is made when a visitor asks. */
        state: Type.Enum(['fresh', 'stale', 'unreachable', 'removed']),
        /** Who serves an old copy. */
        layer: Type.Optional(Layer),
        /** What the page's cache header said, such as HIT or MISS. */
        cache: Type.Optional(Type.String({ maxLength: 32 })),
        status: Type.Optional(Type.Integer()),
        /** When PHP began to make what visitors get, by the plugin's word. */
        madeAt: Type.Optional(TimeMs),
        /** How the CDN gave it to a visitor, where it was asked. The page is `stale` too where this is. */
        cdn: Type.Optional(
          closed({
            state: Type.Enum(['fresh', 'stale', 'unreachable']),
            /** What the CDN said of its part, such as HIT or MISS. */
            cache: Type.Optional(Type.String({ maxLength: 32 })),
            /** How long it had kept its copy, by its own word. */
            ageSeconds: Type.Optional(Count),
            status: Type.Optional(Type.Integer()),
          }),
        ),
      }),
      { maxItems: 200 },
    ),
    /** Pages whose copy was replaced by a new one; until then visitors had the old one. */
    refreshed: Count,
    /** Pages whose copy was removed, since a new one would not have been there in time. */
    removed: Type.Optional(Count),
    /** … of which a new copy was made afterwards. */
    warmed: Type.Optional(Count),
    timings: Type.Optional(
      closed({
        /** From the first change until the first of its pages, such as the front page or the post's own, was proven new. */
        freshMs: Type.Optional(Count),
        /** From the first change until no old copy was left. */
        settledMs: Count,
        /** The whole job, with what was made anew ahead of visitors and the second look. */
        totalMs: Count,
      }),
    ),
  }),
}
