import { cdnTagPrefix, limits, PlatenError, toPlatenError, type AgentFrame, type ErrorCode, type GatewayFrame } from '@platen/protocol'
import type { CdnPlace, PurgeAsk } from '../domain/site-purges.ts'
import type { SiteCdn } from '../ports/sites.ts'
import type { LinkParts } from './link-parts.ts'
import type { Peer } from './peer.ts'

type Request = Extract<AgentFrame, { type: 'cdn.request' }>
type Outcome = Extract<GatewayFrame, { type: 'cdn.outcome' }>['outcome']

/** What came of a request so far. */
interface Said {
  readonly outcome: Outcome
  readonly code?: ErrorCode
}

/** What the CDN is asked for, and under which account. */
interface Wanted {
  readonly account: string
  readonly ask: Omit<PurgeAsk, 'id'>
}

/**
 * Requests of one agent that are under way: it sends each again until it is answered, so a repeated one is no second one. Ours
 * has four at once, and after it has been away those of the connection before.
 */
const mostOpen = 16

/**
 * What agents want purged at their site's CDN. Account, zone and hosts come from the gateway's own registry: an agent names
 * URLs, and those of its own hosts alone, and tags, which are put under the site's own prefix.
 */
export class CdnRequests {
  readonly #parts: Pick<LinkParts, 'store' | 'cdn' | 'log' | 'metrics'>
  /** By agent and request, the session that asked last. */
  readonly #open = new Map<string, Map<string, Peer>>()

  constructor(parts: Pick<LinkParts, 'store' | 'cdn' | 'log' | 'metrics'>) {
    this.#parts = parts
  }

  /** Takes a request; the answer goes to the session by which it came last. What gets lost is asked for again. */
  take(peer: Peer, frame: Request): void {
    const open = this.#open.get(peer.agent.id) ?? new Map<string, Peer>()
    const { purgeId } = frame
    const isUnderWay = open.has(purgeId)
    if (!isUnderWay && open.size >= mostOpen) return this.#answer(peer, purgeId, { outcome: 'failed', code: 'rate.limited' })
    this.#open.set(peer.agent.id, open.set(purgeId, peer))
    if (isUnderWay) return
    const asker = (): Peer => open.get(purgeId) ?? peer
    // Nothing here keeps the frame while it waits for the CDN: its URLs may be many, and it may wait for long.
    void this.#wanted(peer, frame)
      .then((to): Said | Promise<Said> => {
        if ('outcome' in to) return to
        return this.#parts.cdn.purge(to.account, to.ask, code => this.#answer(asker(), purgeId, { outcome: 'delayed', code }))
      })
      .catch((error: unknown) => this.#refused(peer, error))
      .then(said => {
        const last = asker()
        open.delete(purgeId)
        if (open.size === 0) this.#open.delete(peer.agent.id)
        this.#answer(last, purgeId, said)
      })
  }

  async #wanted(peer: Peer, { what, urgent }: Request): Promise<Wanted | Said> {
    try {
      const { accountId, siteId } = peer.agent
      const site = await this.#parts.store.sites.find(accountId, siteId)
      if (!site?.cdn) return { outcome: 'absent' }
      const urls = 'urls' in what ? ownUrls(what.urls, site.cdn) : []
      const tags = 'tags' in what ? { tags: what.tags.map(tag => `${cdnTagPrefix(siteId)}${tag}`) } : {}
      const place = placeOf(site.url, site.cdn)
      return { account: site.cdn.account, ask: { siteId, place, urls, ...tags, everything: 'everything' in what, urgent } }
    } catch (error) {
      return this.#refused(peer, error)
    }
  }

  #refused(peer: Peer, error: unknown): Said {
    const { code } = toPlatenError(error)
    this.#parts.log.warn('link:cdn_refused', { agentId: peer.agent.id, code })
    return { outcome: 'failed', code }
  }

  #answer(peer: Peer, purgeId: string, { outcome, code }: Said): void {
    if (outcome !== 'delayed') this.#parts.metrics.count('cdn_requests', code ?? outcome)
    peer.send({ type: 'cdn.outcome', purgeId, outcome, ...(code === undefined ? {} : { code }) })
  }
}

/** By its address in the registry: where that has a path, other sites have the rest of its hosts. */
function placeOf(url: string, { zone, hosts }: SiteCdn): CdnPlace {
  const { pathname } = new URL(url)
  return { zone, hosts, ...(pathname === '/' ? {} : { folder: `${pathname}/` }) }
}

/**
 * The URLs as our parser writes them: another one may read a host out of what the agent wrote that is not the one we looked at,
 * so nothing goes to the CDN as it came. @throws PlatenError input.too_large, url.invalid, cdn.unknown_host
 */
function ownUrls(texts: readonly string[], { hosts }: SiteCdn): readonly string[] {
  // Counted as agents count it.
  const size = texts.reduce((sum, text) => sum + JSON.stringify(text).length + 1, 0)
  if (size > limits.cdn.requestBytes) throw new PlatenError('input.too_large')
  return texts.map(text => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (!url || url.username !== '' || url.password !== '' || /[\\#]/.test(text)) throw new PlatenError('url.invalid')
    if (!hosts.includes(url.hostname)) throw new PlatenError('cdn.unknown_host')
    return url.href
  })
}
