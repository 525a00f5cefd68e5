import { limits } from '@platen/protocol'
import type { CdnAnswer, CdnAsk } from '../domain/cdn-message.ts'
import type { CdnState } from '../domain/cdn-verdict.ts'
import { inParts } from '../domain/url-list.ts'
import type { SiteCdn } from '../ports/site-cdn.ts'
import { hostAsks } from './host-asks.ts'

/** The CDN as a worker reaches it: by the main process, which has the link to the gateway. */
export function hostCdn(send: (message: CdnAsk) => void, signal: AbortSignal): { readonly cdn: SiteCdn; take(answer: CdnAnswer): void } {
  const { ask, take } = hostAsks(send, signal)
  const cdn: SiteCdn = {
    want: async (what, urgent) => {
      if ('tags' in what) return void (await ask({ type: 'cdn.want', what, urgent }))
      const isWhole = 'everything' in what || what.urls.length > limits.cdn.waitingUrls
      if (isWhole) await ask({ type: 'cdn.want', what: { everything: true }, urgent })
      else for (const urls of inParts(what.urls)) if (urls.length > 0) await ask({ type: 'cdn.want', what: { urls }, urgent })
    },
    outcome: async withinMs => (await ask({ type: 'cdn.outcome', withinMs })) as CdnState,
  }
  return { cdn, take }
}
