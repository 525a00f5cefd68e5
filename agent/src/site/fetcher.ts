import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { limits, PlatenError, type DocumentPolicy } from '@platen/protocol'
import { cdnPlace, type CdnPlace } from '../domain/cdn-address.ts'
import { siteAddress } from '../domain/site-url.ts'
import type { Page, PageFetcher } from '../ports/page-fetcher.ts'
import { decodedBody } from './decoded-body.ts'
import { systemCode } from './file-errors.ts'

/** Time of one fetch and bytes of its decoded body. */
export interface FetchBounds {
  readonly fetchMs: number
  readonly responseBytes: number
}

/** What a page is asked with unless the caller says otherwise: nginx keeps one copy a value where a page varies by it. */
const browserEncodings = 'gzip, deflate, br, zstd'
/** A job has many to look at there, and nothing that waits for one that does not answer. */
const cdnBounds: FetchBounds = { ...limits.site, fetchMs: 5_000 }
const headerBytes = 32_768

/** Errors of a socket that never got through to the server. */
const unconnected: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL'])

/** Fetches from the site's nginx, or where the policy file names none (the WebAssembly demo), from the site's URL itself. */
export function pageFetcher({ site, nginx }: Pick<DocumentPolicy, 'site' | 'nginx'>, bounds: FetchBounds = limits.site): PageFetcher {
  return fetcherAt(site.url, { address: url => originAddress(url, nginx), behindNginx: nginx !== undefined }, bounds)
}

/** Fetches as visitors do, through the CDN at the address that the policy file pins; undefined where it pins none. */
export function cdnFetcher({ site, cdn }: Pick<DocumentPolicy, 'site' | 'cdn'>, bounds: FetchBounds = cdnBounds): PageFetcher | undefined {
  const place = cdn && cdnPlace(cdn.address)
  return place && fetcherAt(site.url, { address: url => cdnAddress(url, place), behindNginx: false }, bounds)
}

type Address = RequestOptions & { readonly tls: boolean; readonly servername?: string; readonly rejectUnauthorized?: boolean }

/** Where pages are fetched from, whatever DNS says. */
interface Place {
  readonly address: (url: URL) => Address
  /** Whether it is the site's nginx, of which it is said where nobody listens there. */
  readonly behindNginx: boolean
}

function fetcherAt(site: string, place: Place, bounds: FetchBounds): PageFetcher {
  return {
    fetch: async (text, options = {}) => {
      const asked = siteAddress(text, site)
      const url = new URL(asked)
      const path = asked.slice(url.origin.length)
      options.signal?.throwIfAborted()
      const deadline = AbortSignal.timeout(bounds.fetchMs)
      const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline
      const startedAt = performance.now()
      try {
        const response = await send(url, place.address(url), {
          path,
          method: options.method ?? 'GET',
          headers: options.headers ?? {},
          signal,
        })
        const body = await decodedBody(response, options.method === 'HEAD' ? 'none' : 'as told', bounds.responseBytes)
        return page(response, body, startedAt)
      } catch (error) {
        if (options.signal?.aborted) throw options.signal.reason
        throw fetchError(error, url, { timedOut: deadline.aborted, behindNginx: place.behindNginx })
      }
    },
  }
}

interface Sending {
  /** Path and query as they were written: nginx keeps a page under what it was sent. */
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

function send(url: URL, { tls, ...options }: Address, sending: Sending): Promise<IncomingMessage> {
  const headers = {
    'accept-encoding': browserEncodings,
    'user-agent': 'Platen',
    // TLS that ends in front of nginx: WordPress would answer http with a redirect to https.
    ...(url.protocol === 'https:' && !tls ? { 'x-forwarded-proto': 'https' } : {}),
    ...sending.headers,
    host: url.host,
  }
  return new Promise((resolve, reject) => {
    const request = tls ? httpsRequest : httpRequest
    request({ ...options, path: Buffer.from(sending.path).toString('latin1'), method: sending.method, headers, signal: sending.signal })
      .once('response', resolve)
      .on('error', reject)
      .end()
  })
}

function originAddress(url: URL, nginx: DocumentPolicy['nginx']): Address {
  const tls = nginx?.tls ?? url.protocol === 'https:'
  const host = withoutBrackets(nginx?.host ?? url.hostname)
  return {
    ...connection(url),
    host,
    port: nginx?.port ?? portOf(url, tls),
    tls,
    // On loopback there is nobody else to mistake for nginx, and behind a CDN its certificate is often self-signed.
    ...(tls ? { rejectUnauthorized: !isLoopback(host) } : {}),
  }
}

/** As visitors reach it: with the scheme of the site, and with its certificate, which is looked at wherever that is. */
function cdnAddress(url: URL, { ip, port }: CdnPlace): Address {
  const tls = url.protocol === 'https:'
  return { ...connection(url), host: ip, port: port ?? portOf(url, tls), tls, rejectUnauthorized: true }
}

function connection(url: URL): RequestOptions & { readonly servername?: string } {
  const hostname = withoutBrackets(url.hostname)
  return { agent: false, maxHeaderSize: headerBytes, ...(isIP(hostname) ? {} : { servername: hostname }) }
}

function portOf(url: URL, tls: boolean): string | number {
  return url.port || (tls ? 443 : 80)
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function page(response: IncomingMessage, body: Buffer, startedAt: number): Page {
  const headers = Object.entries(response.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')])
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body,
    tookMs: Math.round(performance.now() - startedAt),
  }
}

function fetchError(error: unknown, url: URL, where: { readonly timedOut: boolean; readonly behindNginx: boolean }): unknown {
  if (error instanceof PlatenError) return error
  const details = { field: url.href.slice(0, 200), cause: error }
  if (where.timedOut) return new PlatenError('page.unreachable', 'It did not answer in time.', details)
  if (where.behindNginx && unconnected.has(systemCode(error) ?? '')) return new PlatenError('nginx.unavailable', undefined, details)
  return new PlatenError('page.unreachable', undefined, details)
}
