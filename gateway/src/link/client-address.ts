import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Tells who asks, or undefined where that can't be told: then many may share the address. */
export type ClientAddress = (request: IncomingMessage) => string | undefined

/**
 * Who asks, behind the proxies (addresses or networks) that are trusted to say it in X-Forwarded-For: the last address there
 * that is not a proxy's itself. Whoever comes over loopback is a proxy too, named or not.
 */
export function clientAddress(trustProxy: readonly string[]): ClientAddress {
  const trusted = trustedNetworks(trustProxy)
  const isTrusted = (address: string): boolean => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return request => {
    const remote = plain(request.socket.remoteAddress ?? '')
    if (isIP(remote) === 0) return undefined
    if (!isTrusted(remote)) return isLoopback(remote) ? undefined : remote
    const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',')
    return forwarded
      .map(part => plain(part.trim()))
      .filter(address => isIP(address) !== 0)
      .findLast(address => !isTrusted(address))
  }
}

function trustedNetworks(trustProxy: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of trustProxy) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

/** A dual-stack socket shows IPv4 addresses inside IPv6 ones. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
