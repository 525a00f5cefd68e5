import type { KindCachePurgeInput } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { ObjectCache } from '../../ports/object-cache.ts'
import type { PageCache } from '../../ports/page-cache.ts'
import type { PageFetcher } from '../../ports/page-fetcher.ts'
import type { Visits } from '../../ports/visits.ts'
import { createCdnWork, type CdnWork } from './cdn.ts'
import { createCdnProof, type CdnProof } from './cdn-proof.ts'
import type { CdnSight } from './cdn-sight.ts'
import { keyFormat, type KeyFormat } from './key-format.ts'
import type { Layer } from './layers.ts'
import { createPace, type Pace } from './pace.ts'
import type { Seen } from './proof.ts'
import { scopeOf, type Scope } from './scope.ts'

/** What the job is done with. */
export interface CachePurgeParts {
  readonly fetcher: PageFetcher
  /** Absent where the policy file names no cache folder. */
  readonly pageCache?: PageCache
  /** Absent where the policy file names no Redis. */
  readonly objectCache?: ObjectCache
  /** Through the CDN, as visitors do; absent where the policy file does not say where that is. */
  readonly cdn?: PageFetcher
  /** Absent where the policy file names no access log. */
  readonly visits?: Visits
}

export type Context = JobContext<KindCachePurgeInput>

/** One page on its way to being new for visitors. */
export interface PageWork {
  readonly url: string
  /** When the last change of it had happened, in microseconds: what PHP began to make later has it. */
  atUs: number
  /** `waiting`: the old copy may still be there. */
  state: 'waiting' | 'fresh' | 'stale' | 'unreachable' | 'removed'
  /** What was done: its copy was replaced, or removed, or removed and made anew ahead of visitors. */
  means?: 'refreshed' | 'removed' | 'warmed'
  /** The answer of the refresh; absent where nginx did not ask PHP for it. */
  refreshed?: Seen
  served?: Seen
  /** By the plugin's word, of the copy that is there. */
  madeUs?: number
  /** Of nginx's copies, the one that was made for this job: new, whether the plugin says so or not. */
  copy?: string
  /** It is not among those that are fetched to prove them: what nginx's file says of the new copy is enough. */
  fileProves?: boolean
  /** Entries that were forgotten for it. */
  forgotten: number
  /** When it is to be looked at once more, by the monotonic clock, and how often it was. */
  lookAt?: number
  looks: number
  /** Nobody may see it any more; or it was made of something that nobody may see. */
  hides?: 'itself' | 'parts'
  /** How the CDN gave it since it was asked to purge it. */
  cdn?: CdnSight
}

/** The job as it goes on. */
export interface Purge {
  readonly parts: CachePurgeParts
  readonly context: Context
  readonly pace: Pace
  readonly pages: Map<string, PageWork>
  readonly cdn: CdnWork
  readonly cdnProof: CdnProof
  /** Pages that were removed and may be made anew; sorted when somebody takes from it. */
  warm: PageWork[]
  warmSorted: boolean
  /** Fetches that were spent on pages nobody was waiting for. */
  warmTries: number
  /** How nginx names the site's pages. */
  readonly format: KeyFormat
  /** What everything is. */
  readonly scope: Scope
  /** Whether nginx keeps something whose key can't be read and may be the site's. */
  unseenKeys: boolean
  /** Whether nginx keeps more of the site than was remembered, so that what was not found may be there. */
  isCut: boolean
  /** Entries of nginx that are gone or replaced. */
  entries: number
  /** Pages that were fetched as a visitor would. */
  proofs: number
  /** Whether nginx has said of an answer what part its cache had in it. */
  cacheSeen: boolean
  /** Whether PHP has been seen to make pages. */
  phpSeen: boolean
  /** The question whether PHP is there, while it is open. */
  probe?: Promise<void>
  /** Whether all entries had to be read to find some. */
  listed: boolean
  /** When everything was purged, and when what was stored since is looked through. */
  everything?: { readonly atUs: number; lookAt?: number }
  /** The pages that stand for a batch, until they are new. */
  readonly leads: Map<string, number>
  /** What became of compiled PHP, where code had changed. */
  opcache?: Layer
  freshMs?: number
  settledMs: number
  readonly startedAt: number
}

/** Requests to the site at once. */
export const mostAtOnce = 4
/** A render that began before a change has ended by then, mostly: nginx may have stored it after the purge. */
export const lookAfterMs = 1_000

/** @throws PlatenError url.invalid, url.foreign */
export function createPurge(parts: CachePurgeParts, context: Context): Purge {
  return {
    parts,
    context,
    pace: createPace(mostAtOnce),
    pages: new Map(),
    cdn: createCdnWork(),
    cdnProof: createCdnProof(),
    warm: [],
    warmSorted: true,
    warmTries: 0,
    format: keyFormat(context.policy.nginx?.cacheKey, context.policy.site.url),
    scope: scopeOf(context.input, context.policy.site.url),
    unseenKeys: false,
    isCut: false,
    entries: 0,
    proofs: 0,
    cacheSeen: false,
    phpSeen: false,
    listed: false,
    leads: new Map(),
    settledMs: 0,
    startedAt: context.clock.monotonic(),
  }
}

/** The page of a URL, waiting for what changed at `atUs`. */
export function pageOf(purge: Purge, url: string, atUs: number): PageWork {
  const page = purge.pages.get(url) ?? { url, atUs, state: 'waiting', forgotten: 0, looks: 0 }
  purge.pages.set(url, page)
  page.atUs = Math.max(page.atUs, atUs)
  page.state = 'waiting'
  delete page.refreshed
  delete page.fileProves
  delete page.cdn
  return page
}

/** Notes that nginx's old copy of a page is gone: nothing stored since is trusted until it was looked at once more. */
export function notePurged(purge: Purge, page: PageWork, means: PageWork['means'] & string): void {
  page.means = page.means === 'removed' && means === 'refreshed' ? 'warmed' : means
  page.lookAt = purge.context.clock.monotonic() + lookAfterMs
  purge.cdn.due.add(page)
  delete page.cdn
}

/** Notes that visitors get the new page. */
export function noteFresh(purge: Purge, page: PageWork): void {
  page.state = 'fresh'
  const sinceUs = purge.leads.get(page.url)
  if (sinceUs === undefined) return
  purge.leads.delete(page.url)
  purge.freshMs = Math.max(purge.freshMs ?? 0, sinceMs(purge, sinceUs))
}

/** Milliseconds since a moment of the wall clock, which somebody may have set back. */
export function sinceMs({ context }: Purge, us: number): number {
  return Math.max(0, Math.round(context.clock.now() - us / 1_000))
}

/** Milliseconds that the job has run. */
export function sinceStart({ context, startedAt }: Purge): number {
  return Math.round(context.clock.monotonic() - startedAt)
}
