import { PlatenError, toPlatenError, type AgentFrame, type ErrorCode, type GatewayFrame } from '@platen/protocol'
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

/** Requests of one agent that are under way: it sends each again until it is answered, so a repeated one is no second one. */
const mostOpen = 256

/**
 * What agents want purged at their site's CDN. Account, zone and hosts come from the gateway's own registry: an agent names
 * URLs, and those of its own hosts alone.
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
    const id = frame.purgeId
    const isUnderWay = open.has(id)
    if (!isUnderWay && open.size >= mostOpen) return this.#answer(peer, frame, { outcome: 'failed', code: 'rate.limited' })
    this.#open.set(peer.agent.id, open.set(id, peer))
    if (isUnderWay) return
    const asker = (): Peer => open.get(id) ?? peer
    void this.#purge(peer, frame, code => this.#answer(asker(), frame, { outcome: 'delayed', code })).then(said => {
      const last = asker()
      open.delete(id)
      if (open.size === 0) this.#open.delete(peer.agent.id)
      this.#answer(last, frame, said)
    })
  }

  async #purge(peer: Peer, { what, urgent }: Request, delayed: (code: ErrorCode) => void): Promise<Said> {
    try {
      const { accountId, siteId } = peer.agent
      const place = (await this.#parts.store.sites.find(accountId, siteId))?.cdn
      if (!place) return { outcome: 'absent' }
      const { account, zone, hosts } = place
      const urls = 'urls' in what ? what.urls : []
      assertOwn(urls, place)
      return await this.#parts.cdn.purge(
        account,
        { siteId, place: { zone, hosts }, urls, everything: 'everything' in what, urgent },
        delayed,
      )
    } catch (error) {
      const { code } = toPlatenError(error)
      this.#parts.log.warn('link:cdn_refused', { agentId: peer.agent.id, code })
      return { outcome: 'failed', code }
    }
  }

  #answer(peer: Peer, { purgeId }: Request, { outcome, code }: Said): void {
    if (outcome !== 'delayed') this.#parts.metrics.count('cdn_requests', code ?? outcome)
    peer.send({ type: 'cdn.outcome', purgeId, outcome, ...(code === undefined ? {} : { code }) })
  }
}

/** @throws PlatenError url.invalid, cdn.unknown_host */
function assertOwn(urls: readonly string[], { hosts }: SiteCdn): void {
  for (const text of urls) {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (!url || url.username !== '' || url.password !== '') throw new PlatenError('url.invalid')
    if (!hosts.includes(url.hostname)) throw new PlatenError('cdn.unknown_host')
  }
}
