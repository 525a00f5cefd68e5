import type { ChangeBatch } from '../../ports/site-changes.ts'
import { askedUrls, groupByUrl, mostEntries } from './plan.ts'
import type { CachePurgeParts, Context } from './purge.ts'

/** Where the job's work comes from: what it was asked for, or what the plugin noted for as long as there is any. */
export type Source = () => Promise<ChangeBatch | undefined>

/** @throws PlatenError url.invalid, url.foreign: before anything is done */
export function sourceOf(parts: CachePurgeParts, context: Context): Source {
  const { input, policy } = context
  if ('changes' in input) return noted(parts, context)
  if ('urls' in input) return once(context, { pages: askedUrls(input.urls, policy.site.url), everything: false })
  return once(context, { pages: [], everything: true })
}

/** What was asked for counts as having changed now: every copy that there is may be old. */
function once({ clock }: Context, asked: Pick<ChangeBatch, 'pages' | 'everything'>): Source {
  let taken = false
  return async () => {
    if (taken) return undefined
    taken = true
    const nowUs = clock.now() * 1_000
    return { sinceUs: nowUs, atUs: nowUs, count: 0, what: [], hidden: [], urgent: [], ...asked }
  }
}

function noted({ pageCache }: CachePurgeParts, { changes, policy, signal }: Context): Source {
  let told = false
  return async () => {
    // Before the first is taken: rules find only pages that are known.
    if (!told && (await changes.needsKept())) {
      const entries = (await pageCache?.entries(mostEntries, signal)) ?? []
      await changes.tellKept([...groupByUrl(entries, policy.site.url).keys()])
    }
    told = true
    return changes.take()
  }
}
