import { Type, type TSchema } from 'typebox'
import { Text, TimeMs } from '../frames/parts.ts'
import { closed, Code, Count, SitePath } from '../kinds/parts.ts'

const Name = Type.String({ maxLength: 200 })
const LongUrl = Type.String({ maxLength: 2048 })

/** One file of an attachment: the original, or a size that WordPress made of it. */
const ImageFile = closed({
  /** Below the uploads folder. */
  file: SitePath,
  width: Count,
  height: Count,
  /** WordPress cut it to this shape rather than scaling it. */
  crop: Type.Boolean(),
})

/**
 * Commands that the agent gives the plugin, over FastCGI (or signed HTTP in the demo).
 * Call: {"command": NAME, "args": {…}}. Answer: {"ok":true,"value":{…}} or {"ok":false,"code":…,"message":…}.
 * `NAME.args` and `NAME.value` are the schemas of each.
 */
export const pluginMessages: Record<string, TSchema> = {
  'plugin.call': closed({ command: Type.String({ pattern: '^[a-z]+\\.[a-z]+$' }), args: Type.Unknown() }),
  'plugin.answer': Type.Union([
    closed({ ok: Type.Literal(true), value: Type.Unknown() }),
    closed({ ok: Type.Literal(false), code: Code, message: Text }),
  ]),
  /** What this WordPress is. */
  'site.describe.args': closed({}),
  'site.describe.value': closed({
    pluginVersion: Name,
    wordpressVersion: Name,
    phpVersion: Name,
    homeUrl: LongUrl,
    siteUrl: LongUrl,
    contentUrl: LongUrl,
    uploadsUrl: LongUrl,
    /** Below the site's root, where they are. */
    contentPath: SitePath,
    uploadsPath: SitePath,
    blogId: Count,
    multisite: Type.Boolean(),
    tablePrefix: Name,
    database: closed({ host: Name, name: Name }),
    /** What WordPress prefixes its object cache keys with; absent without a persistent one. */
    objectCache: Type.Optional(
      closed({
        prefix: Name,
        /** The Redis that it is connected to, as it calls it; absent where it is not, or keeps them elsewhere. */
        redis: Type.Optional(
          closed({ host: Type.Optional(Name), port: Type.Optional(Count), socket: Type.Optional(Name), database: Count }),
        ),
      }),
    ),
    maintenance: Type.Boolean(),
  }),
  /** Switches the plugin on or off, as `platen-agent init` does; `uninstall` also removes all that it stored. */
  'plugin.activate.args': closed({ active: Type.Boolean(), uninstall: Type.Optional(Type.Boolean()) }),
  'plugin.activate.value': closed({ active: Type.Boolean() }),
  /** What health.report asks of WordPress. */
  'site.health.args': closed({}),
  'site.health.value': closed({
    core: closed({ version: Name, update: Type.Optional(Name) }),
    php: closed({
      version: Name,
      memoryLimit: Name,
      maxExecutionSeconds: Type.Integer(),
      extensions: Type.Array(Name, { maxItems: 200 }),
      opcache: Type.Optional(
        closed({ usedBytes: Count, freeBytes: Count, wastedPct: Type.Number(), scripts: Count, hitPct: Type.Number() }),
      ),
    }),
    plugins: Type.Array(closed({ slug: Name, name: Name, version: Name, active: Type.Boolean(), update: Type.Optional(Name) }), {
      maxItems: 500,
    }),
    themes: Type.Array(closed({ slug: Name, version: Name, active: Type.Boolean(), update: Type.Optional(Name) }), { maxItems: 200 }),
    cron: closed({ events: Count, overdue: Count, oldestOverdueSeconds: Count, disabled: Type.Boolean() }),
    autoloadedBytes: Count,
    objectCache: Type.Boolean(),
    debug: Type.Boolean(),
    administrators: Count,
  }),
  /** What stands before the tags of this site's pages at the CDN; empty where there is none, and pages are to have no tags. */
  'cdn.tags.args': closed({ prefix: Type.String({ pattern: '^([0-9a-f]{12})?$' }) }),
  'cdn.tags.value': closed({ sends: Type.Boolean() }),
  /** Forgets compiled PHP: all of it, or the files that are named. */
  'opcache.reset.args': closed({ files: Type.Optional(Type.Array(SitePath, { maxItems: 1000 })) }),
  'opcache.reset.value': closed({ available: Type.Boolean(), count: Count }),
  /** Image attachments with their files, in ids' order. `after` is the last id of the page before. */
  'images.list.args': closed({
    attachments: Type.Union([Type.Literal('all'), Type.Array(Count, { minItems: 1, maxItems: 1000 })]),
    after: Count,
    limit: Type.Integer({ minimum: 1, maximum: 200 }),
  }),
  'images.list.value': closed({
    items: Type.Array(
      closed({
        id: Count,
        mime: Name,
        /** The upload itself, before any scaling; below the uploads folder. */
        original: SitePath,
        files: Type.Array(ImageFile, { maxItems: 100 }),
        /** What the plugin serves for this attachment now: WebP by file. */
        served: Type.Record(Type.String(), SitePath, { maxProperties: 100 }),
      }),
      { maxItems: 200 },
    ),
    total: Count,
  }),
  /** From now on, serve these WebP files (by the file that each stands for) in `<picture>`; empty means none. */
  'images.serve.args': closed({ id: Count, webp: Type.Record(Type.String(), SitePath, { maxProperties: 100 }) }),
  'images.serve.value': closed({ served: Count }),
  /** Which bundle is published. */
  'assets.state.args': closed({}),
  'assets.state.value': closed({ bundle: Type.Optional(Name), publishedAt: Type.Optional(TimeMs) }),
  /**
   * Serve this bundle: `manifest` is a file below the uploads folder, JSON {"version":1,"files":{ORIGINAL_URL_WITHOUT_QUERY:
   * {"file":BELOW_UPLOADS,"version":QUERY_VER_OR_EMPTY,"source":BELOW_ROOT,"bytes":N,"modified":UNIX_SECONDS}}}. A built file is
   * served while its source is the one that it was built from, by size and time. Absent means: serve the originals again.
   */
  'assets.publish.args': closed({ manifest: Type.Optional(SitePath), bundle: Type.Optional(Name) }),
  'assets.publish.value': closed({ published: Type.Boolean(), files: Count }),
}
