import { Type } from 'typebox'
import type { KindSource } from './kind-source.ts'
import { closed, Code, Count, Summary, Url } from './parts.ts'

const Totals = closed({ files: Count, bytesBefore: Count, bytesAfter: Count })

/** Makes small, immutable files of a page's CSS and JavaScript and lets the plugin serve them. */
export const assetsBundle: KindSource = {
  name: 'assets.bundle',
  title: 'CSS and JavaScript',
  action: 'Optimize CSS and JavaScript',
  description: 'Serves smaller CSS and JavaScript files. One click brings the originals back.',
  weight: 'heavy',
  priority: 40,
  role: 'site',
  retry: {
    attempts: 2,
    firstMs: 10_000,
    capMs: 300_000,
    codes: ['php.unavailable', 'php.timeout', 'nginx.unavailable', 'worker.crashed', 'job.lost'],
  },
  coalesce: { by: ['urls', 'mode'], mode: 'keep-first' },
  deadlines: { queueMs: 7 * 24 * 3_600_000, runMs: 30 * 60_000 },
  usualInput: { urls: [], mode: 'publish' },
  input: closed({
    /** Pages whose assets are taken; none means the front page. With `off`, none means the whole site. */
    urls: Type.Array(Url, { maxItems: 50 }),
    mode: Type.Enum(['plan', 'build', 'verify', 'publish', 'off']),
  }),
  result: closed({
    summary: Summary,
    mode: Type.Enum(['plan', 'build', 'verify', 'publish', 'off']),
    published: Type.Boolean(),
    /** Hash that names what was built; absent where nothing was. */
    bundle: Type.Optional(Type.String({ pattern: '^[0-9a-f]{16,64}$' })),
    css: Totals,
    js: Totals,
    /** Files that stay as they were, each with its reason. */
    left: Type.Array(
      closed({
        url: Type.String({ maxLength: 2048 }),
        reason: Type.Enum([
          'external',
          'missing',
          'too large',
          'not text',
          'unparsable',
          'no gain',
          // Over what one job takes on.
          'too many',
          // Built, but WordPress puts it on the page in a way that can't be changed, such as by a theme's own markup.
          'not served',
          // It would be another one at another address: a script that looks for its own URL, a module, a checked digest.
          'self-locating',
          'module',
          'integrity',
        ]),
        code: Type.Optional(Code),
      }),
      { maxItems: 300 },
    ),
    pages: Type.Array(closed({ url: Url, css: Count, js: Count }), { maxItems: 50 }),
  }),
}
