import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { limits, PlatenError, type DocumentPolicy } from '@platen/protocol'
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
const headerBytes = 32_768

/** Errors of a socket that never got through to the server. */
const unconnected: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL'])

/** Fetches from the site's nginx, or where the policy file names none (the WebAssembly demo), from the site's URL itself. */
export function pageFetcher(policy: Pick<DocumentPolicy, 'site' | 'nginx'>, bounds: FetchBounds = limits.site): PageFetcher {
  return {
    fetch: async (text, options = {}) => {
      const asked = siteAddress(text, policy.site.url)
      const url = new URL(asked)
      const path = asked.slice(url.origin.length)
      options.signal?.throwIfAborted()
      const deadline = AbortSignal.timeout(bounds.fetchMs)
      const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline
      const startedAt = performance.now()
      try {
        const response = await send(url, policy, { path, method: options.method ?? 'GET', headers: options.headers ?? {}, signal })
        const body = await decodedBody(response, options.method === 'HEAD' ? 'none' : 'as told', bounds.responseBytes)
        return page(response, body, startedAt)
      } catch (error) {
        if (options.signal?.aborted) throw options.signal.reason
        throw fetchError(error, url, { timedOut: deadline.aborted, behindNginx: policy.nginx !== undefined })
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

function send(url: URL, policy: Pick<DocumentPolicy, 'site' | 'nginx'>, sending: Sending): Promise<IncomingMessage> {
  const { tls, ...options } = address(url, policy)
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

function address(url: URL, { nginx }: Pick<DocumentPolicy, 'nginx'>): RequestOptions & { tls: boolean; servername?: string } {
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const tls = nginx?.tls ?? url.protocol === 'https:'
  const host = nginx?.host.replace(/^\[|\]$/g, '') ?? hostname
  return {
    host,
    port: nginx?.port ?? (url.port || (tls ? 443 : 80)),
    tls,
    agent: false,
    maxHeaderSize: headerBytes,
    ...(isIP(hostname) ? {} : { servername: hostname }),
    // On loopback there is nobody else to mistake for nginx, and behind a CDN its certificate is often self-signed.
    ...(tls ? { rejectUnauthorized: !isLoopback(host) } : {}),
  }
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
