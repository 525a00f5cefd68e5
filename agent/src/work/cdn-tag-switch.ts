import { cdnTagPrefix, toPlatenError } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { PhpChannel } from '../ports/php-channel.ts'

/** What the switch needs. */
export interface CdnTagSwitchOptions {
  readonly php: Pick<PhpChannel, 'call'>
  readonly siteId: string
  readonly clock: Pick<Clock, 'monotonic'>
  readonly log: Log
}

/** A plugin that can't be told, since it is older or PHP is down, is not asked at each purge. */
const againMs = 600_000
/** WordPress may lose an option: of two requests that write one, the later puts all of them back into the object cache as it knew them. */
const staleMs = 86_400_000

/**
 * Tells the plugin whether pages are to have tags at the CDN. Once for each answer, once after each start and once a day, for the database may
 * be an older one; what can't be told waits for the next word of the gateway.
 */
export function cdnTagSwitch({ php, siteId, clock, log }: CdnTagSwitchOptions): (isOn: boolean) => void {
  let told: string | undefined
  let busy = false
  let toldAt = -Infinity
  let notBefore = -Infinity
  return isOn => {
    const prefix = isOn ? cdnTagPrefix(siteId) : ''
    const nowMs = clock.monotonic()
    if (busy || (prefix === told && nowMs < toldAt + staleMs) || nowMs < notBefore) return
    busy = true
    void php
      .call('cdn.tags', { prefix })
      .then(
        () => {
          told = prefix
          toldAt = clock.monotonic()
        },
        (error: unknown) => {
          notBefore = clock.monotonic() + againMs
          log.warn('cdn:tags_untold', { code: toPlatenError(error).code })
        },
      )
      .finally(() => {
        busy = false
      })
  }
}
