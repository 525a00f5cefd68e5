import { cloudflareLimits, PurgeBroker, type Cdn } from '@platen/gateway'
import { PurgeBuckets } from '@platen/lab'
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
}

const sites = 1_000
const editsPerMinute = 10_000
const urlsPerEdit = 4
const minutes = 5
/** What a purge takes at Cloudflare, about. */
const latencyMs = 150
/** A site that waits longer is starved. */
const starvedMs = 60_000
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
    const place = { zone: `zone-${site}`, hosts: [`${site}.example`] }
    void broker.purge({ siteId: String(site), place, urls, everything: false, urgent: edit % 10 === 0 }).then(({ outcome }) => {
      waits.push(clock.now() - began)
      open.set(site, (open.get(site) ?? 0) - 1)
      if (outcome === 'failed' || clock.now() - began > starvedMs) starved.add(site)
    })
  }
  await clock.pass(starvedMs)
  for (const [site, count] of open) if (count > 0) starved.add(site)
  broker.close()
  return {
    brokerP50Ms: Math.round(percentile(waits, 50)),
    brokerP95Ms: Math.round(percentile(waits, 95)),
    brokerMaxMs: Math.round(Math.max(...waits)),
    starved: starved.size,
    limited: account.limited,
    urlsPerSecond: Math.round(account.urls / (minutes * 60)),
  }
}

/** Every eleventh edit is of the busiest site. */
function siteOf(edit: number): number {
  const share = busiest / (busiest + sites - 1)
  return (edit * share) % 1 < share ? 0 : 1 + ((edit * 7_919) % (sites - 1))
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
