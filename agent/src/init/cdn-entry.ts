import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import { cdnPlace } from '../domain/cdn-address.ts'

/**
 * Where the CDN is reached, as the policy file is to have it: what root says now, or said before.
 * @throws PlatenError input.invalid: a name, or no address at all
 */
export function cdnEntry(address: string | undefined, present: DocumentPolicy | undefined): DocumentPolicy['cdn'] {
  if (address === undefined) return present?.cdn
  if (cdnPlace(address)) return { address }
  const detail = '--cdn is no IP address, with or without a port, such as 203.0.113.7 or [2001:db8::7]:8443. Names are not looked up.'
  throw new PlatenError('input.invalid', detail, { field: 'cdn' })
}
