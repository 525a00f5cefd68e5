import { cloudflareLimits, PurgeBroker, type Cdn } from '@platen/gateway'
import { PurgeBuckets } from '@platen/lab'
import { limits } from '@platen/protocol'
import { percentile } from '../percentile.ts'
import { VirtualClock } from './virtual-clock.ts'

/** What a simulation found. Times in ms of the simulated clock. */
export interface BrokerFigures {
  readonly brokerP50Ms: number
  readonly brokerP95Ms: number
  readonly brokerMaxMs: number
  /** Sites of which a purge was given up, or waited for more than a minute. */
  readonly starved: number
  /** Requests that Cloudflare refused since they were over its limit. */
  readonly limited: number
  readonly urlsPerSecond: number
  /** From an edit that hides something until its tags are purged. */
  readonly hiddenTagsP95Ms: number
  /** Likewise of other edits, whose tags are put together for as long as the account has no room for them. */
  readonly tagsP95Ms: number
}

const sites = 1_000
const editsPerMinute = 10_000
const urlsPerEdit = 4
const minutes = 5
/** What a purge takes at Cloudflare, about. */
const latencyMs = 150
/** A site that waits longer is starved. */
const starvedMs = 60_000
/** What an edit changes, as tags: those that any edit at the site has, and those of its own. */
const commonTags = 4
const ownTags = 4
/** Every so many edits, one hides something. */
const hides = 100
/** One site edits as much as a hundred others together. */
const busiest = 100

/**
 * A thousand sites on one Pro account, ten thousand edits a minute: how long each purge waits, with Cloudflare's own buckets at
 * the other end, and one site that edits a hundred times as often as the others.
 */
export async function simulateBroker(): Promise<BrokerFigures> {
  const clock = new VirtualClock()
  const account = new Account(clock)
  const broker = new PurgeBroker({ cdn: account.cdn, clock })
  const agents = Array.from({ length: sites }, (_, site) => new TagAgent(broker, clock, site))
  const waits: number[] = []
  const open = new Map<number, number>()
  const starved = new Set<number>()
  const gapMs = 60_000 / editsPerMinute
  for (let edit = 0; edit < editsPerMinute * minutes; edit += 1) {
    await clock.pass(gapMs)
    const site = siteOf(edit)
    const began = clock.now()
    open.set(site, (open.get(site) ?? 0) + 1)
    const urls = Array.from({ length: urlsPerEdit }, (_, index) => `https://${site}.example/${index === 0 ? '' : `${edit}-${index}`}`)
    agents[site]?.edited(edit)
    void broker.purge({ ...siteAt(site), urls, everything: false, urgent: edit % 10 === 0 }).then(({ outcome }) => {
      waits.push(clock.now() - began)
      open.set(site, (open.get(site) ?? 0) - 1)
      if (outcome === 'failed' || clock.now() - began > starvedMs) starved.add(site)
    })
  }
  await clock.pass(starvedMs)
  for (const [site, count] of open) if (count > 0) starved.add(site)
  broker.close()
  const tagWaits = (kind: 'hidden' | 'usual'): readonly number[] => agents.flatMap(({ waits }) => waits[kind])
  return {
    brokerP50Ms: Math.round(percentile(waits, 50)),
    brokerP95Ms: Math.round(percentile(waits, 95)),
    brokerMaxMs: Math.round(Math.max(...waits)),
    starved: starved.size,
    limited: account.limited,
    urlsPerSecond: Math.round(account.urls / (minutes * 60)),
    hiddenTagsP95Ms: Math.round(percentile(tagWaits('hidden'), 95)),
    tagsP95Ms: Math.round(percentile(tagWaits('usual'), 95)),
  }
}

/** Every eleventh edit is of the busiest site. */
function siteOf(edit: number): number {
  const share = busiest / (busiest + sites - 1)
  return (edit * share) % 1 < share ? 0 : 1 + ((edit * 7_919) % (sites - 1))
}

function siteAt(site: number): Pick<Parameters<PurgeBroker['purge']>[0], 'siteId' | 'place'> {
  return { siteId: String(site), place: { zone: `zone-${site}`, hosts: [`${site}.example`] } }
}

/** A site's agent, as far as it asks for tags: usual ones in one request at a time, which puts together what changes meanwhile. */
class TagAgent {
  readonly waits: Readonly<Record<'hidden' | 'usual', number[]>> = { hidden: [], usual: [] }
  readonly #broker: PurgeBroker
  readonly #clock: VirtualClock
  readonly #site: number
  #waiting = new Map<string, number>()
  #isUnderWay = false

  constructor(broker: PurgeBroker, clock: VirtualClock, site: number) {
    this.#broker = broker
    this.#clock = clock
    this.#site = site
  }

  edited(edit: number): void {
    const names = Array.from({ length: commonTags + ownTags }, (_, index) => (index < commonTags ? `any-${index}` : `${edit}-${index}`))
    if (edit % hides === 0) return void this.#ask(names, 'hidden', [this.#clock.now()])
    for (const name of names) if (!this.#waiting.has(name)) this.#waiting.set(name, this.#clock.now())
    // As the agent does it: one that all pages have stands for too many.
    if (this.#waiting.size > limits.cdn.waitingTags) this.#waiting = new Map([['all', Math.min(...this.#waiting.values())]])
    this.#next()
  }

  #next(): void {
    if (this.#isUnderWay || this.#waiting.size === 0) return
    const some = [...this.#waiting].slice(0, limits.cdn.requestTags)
    for (const [name] of some) this.#waiting.delete(name)
    this.#isUnderWay = true
    const since = some.map(([, at]) => at)
    void this.#ask(
      some.map(([name]) => name),
      'usual',
      since,
    ).then(() => {
      this.#isUnderWay = false
      this.#next()
    })
  }

  async #ask(names: readonly string[], kind: 'hidden' | 'usual', since: readonly number[]): Promise<void> {
    const tags = names.map(name => `${this.#site}-${name}`)
    const { outcome } = await this.#broker.purge({ ...siteAt(this.#site), urls: [], tags, everything: false, urgent: kind === 'hidden' })
    if (outcome === 'purged') for (const at of since) this.waits[kind].push(this.#clock.now() - at)
  }
}

/** Cloudflare's side: the limits that it has published, and the time that it takes. */
class Account {
  readonly cdn: Cdn
  limited = 0
  urls = 0

  constructor(clock: VirtualClock) {
    const buckets = new PurgeBuckets({ perSecond: 1_500, bucket: 1_500 }, { perSecond: 5, bucket: 25 }, () => clock.now())
    this.cdn = {
      limits: cloudflareLimits.pro,
      purge: (_zone, what) =>
        new Promise(resolve => {
          const count = 'urls' in what ? what.urls.length : 0
          const waitSeconds = 'urls' in what ? buckets.take('urls', count) : buckets.take('wide', 1)
          if (waitSeconds > 0) this.limited += 1
          else this.urls += count
          const answer =
            waitSeconds > 0 ? ({ outcome: 'limited', afterMs: waitSeconds * 1_000 } as const) : ({ outcome: 'purged' } as const)
          clock.after(latencyMs, () => resolve(answer))
        }),
    }
  }
}
