import { Type, type TSchema } from 'typebox'
import { closed, Url } from '../kinds/parts.ts'

/** Microseconds since 1970 by the machine's clock: a page and a change that fall into one millisecond have to be told apart. */
const TimeUs = Type.Integer({ minimum: 1_000_000_000_000_000 })

/** `CLASS:NAME`, what a page was made of or what changed; docs/decisions/0007 lists them. In a network, blog N has `bN.CLASS:NAME`. */
const Tag = Type.String({ pattern: '^(b[0-9]+\\.)?[a-z]+:[!-~]+$', maxLength: 120 })

/**
 * Lines of JSON that the plugin appends to the two files of the spool folder, `pages` and `changes`; the agent reads them as they
 * come. What PHP writes may be anything: a line that breaks its schema, or is longer than limits.spool.lineBytes, counts as none.
 */
export const spoolMessages: Record<string, TSchema> = {
  /** A page that an anonymous visitor was given, in `pages`. */
  'spool.page': closed({
    /** When PHP began to make it: what changed later is not in it. */
    at: TimeUs,
    url: Url,
    status: Type.Integer({ minimum: 100, maximum: 599 }),
    tags: Type.Array(Tag, { maxItems: 2048 }),
    /** Some of what it read can't be told from tags: the rules of changes hold for it as well. */
    partial: Type.Optional(Type.Literal(true)),
  }),
  /** Something that changed, in `changes`. */
  'spool.change': closed({
    /** When it had happened: a page that was begun later has it. */
    at: TimeUs,
    /** In words for the site's owner, such as `“Hello world” was updated`. */
    what: Type.String({ minLength: 1, maxLength: 200 }),
    tags: Type.Array(Tag, { maxItems: 1024 }),
    /** Pages that nobody may see any more: they go first, and never wait for a new copy. */
    hidden: Type.Array(Url, { maxItems: 100 }),
    /** Of `tags`, the posts that nobody may read any more: what was made of them goes first as well. */
    closed: Type.Optional(Type.Array(Tag, { maxItems: 1024 })),
    /** By rule, for pages of which nothing is recorded: these, and everything whose address begins with one of `trees`. */
    urls: Type.Array(Url, { maxItems: 500 }),
    trees: Type.Array(Url, { maxItems: 200 }),
    /** Every page may have changed, as with another theme. */
    everything: Type.Optional(Type.Literal(true)),
    /** Files of PHP changed with it: what PHP keeps compiled may be old. */
    code: Type.Optional(Type.Literal(true)),
    /** Prices or stock: of these pages the CDN is purged first. */
    urgent: Type.Optional(Type.Literal(true)),
    /**
     * It happened while a page was made for an anonymous visitor, or anew for the agent: it may be a counter, which would have all
     * pages of it made anew for ever.
     */
    view: Type.Optional(Type.Enum(['visit', 'refresh'])),
  }),
}
