import type { ChangeBatch } from '../../ports/site-changes.ts'
import { siteEntries } from './entries.ts'
import { askedUrls, mostEntries } from './plan.ts'
import type { Context, Purge } from './purge.ts'

/** Where the job's work comes from: what it was asked for, or what the plugin noted for as long as there is any. */
export type Source = () => Promise<ChangeBatch | undefined>

/** @throws PlatenError url.invalid, url.foreign: before anything is done */
export function sourceOf(purge: Purge): Source {
  const { context } = purge
  const { input, policy } = context
  if ('changes' in input) return noted(purge)
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
    return {
      sinceUs: nowUs,
      atUs: nowUs,
      count: 0,
      what: [],
      hidden: [],
      exposed: [],
      urgent: [],
      cdnTags: { closed: [], changed: [] },
      ...asked,
    }
  }
}

function noted(purge: Purge): Source {
  const { changes } = purge.context
  let told = false
  return async () => {
    // Before the first is taken: rules find only pages that are known.
    if (!told && (await changes.needsKept())) {
      await changes.tellKept([...(await keptUrls(purge))])
    }
    told = true
    return changes.take()
  }
}

async function keptUrls(purge: Purge): Promise<ReadonlySet<string>> {
  const urls = new Set<string>()
  for await (const entries of siteEntries(purge)) {
    for (const { key } of entries) {
      const url = purge.format.urlOf(key)
      if (url !== undefined && urls.size < mostEntries) urls.add(url)
    }
  }
  return urls
}
