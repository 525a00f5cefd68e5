import { newId, PlatenError } from '@platen/protocol'
import type { Site, SiteCdn } from '../../ports/sites.ts'
import { iso, ok, type Route } from '../context.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import { invitationShape, listOf, pageQuery, siteShape } from '../shapes.ts'

/** A host as DNS has it; another alphabet's is in Punycode in every URL. */
const hostPattern = '^[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?([.][0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?)*$'

/** Sites and the tokens that let agents enrol. */
export const siteRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/sites',
    scope: 'admin',
    summary: 'Add a site',
    audit: 'site.create',
    answer: { status: 201, ...siteShape },
    bodyExample: { url: 'https://example.com' },
    body: { type: 'object', required: ['url'], additionalProperties: false, properties: { url: { type: 'string', maxLength: 500 } } },
    handle: async ({ token, body, record }, { store, clock }) => {
      const site = { id: newId('site'), accountId: token.accountId, url: siteUrl(String(body['url'])), createdAt: clock.now() }
      return { status: 201, body: show(await store.sites.create(site, record(site.id))) }
    },
  },
  {
    method: 'GET',
    path: '/v1/sites',
    scope: 'read',
    summary: 'List the sites',
    query: pageQuery,
    answer: { status: 200, ...listOf(siteShape) },
    handle: async ({ token, query }, { store }) => ok(pageAnswer(await store.sites.list(token.accountId, pageRequest(query)), show)),
  },
  {
    method: 'GET',
    path: '/v1/sites/:id',
    scope: 'read',
    summary: 'Show a site',
    answer: { status: 200, ...siteShape },
    handle: async ({ token, params }, { store }) => ok(show(found(await store.sites.find(token.accountId, params['id'] ?? '')))),
  },
  {
    method: 'POST',
    path: '/v1/sites/:id/enrolment',
    scope: 'admin',
    summary: 'Make a one-time token with which an agent enrols',
    description: 'Good for 15 minutes. Sent again under the same Idempotency-Key, the answer has no token: it was shown once.',
    audit: 'site.invite',
    answer: { status: 201, ...invitationShape },
    handle: async ({ token, params, record }, parts) => {
      const site = found(await parts.store.sites.find(token.accountId, params['id'] ?? ''))
      const made = await parts.invite({ accountId: site.accountId, siteId: site.id }, record(site.id))
      return {
        status: 201,
        body: {
          siteId: site.id,
          siteUrl: site.url,
          ...(made.token === undefined ? {} : { token: made.token }),
          expiresAt: iso(made.expiresAt),
        },
      }
    },
  },
  {
    method: 'POST',
    path: '/v1/sites/:id/cdn',
    scope: 'admin',
    summary: 'Say where a site is at a CDN; without an account, that it is at none',
    description:
      'The account is one that the gateway’s CDN file has for you. Hosts are the site’s own, or below it: nothing else is purged for it.',
    audit: 'site.cdn',
    body: {
      type: 'object',
      additionalProperties: false,
      properties: {
        account: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
        zone: { type: 'string', pattern: '^[0-9a-zA-Z_-]{1,64}$' },
        hosts: { type: 'array', minItems: 1, maxItems: 20, items: { type: 'string', maxLength: 253, pattern: hostPattern } },
      },
      anyOf: [{ required: ['account', 'zone', 'hosts'] }, { maxProperties: 0 }],
    },
    bodyExample: { account: 'main', zone: '023e105f4ecef8ad9ca31a8372d0c353', hosts: ['example.com', 'www.example.com'] },
    answer: { status: 200, ...siteShape },
    handle: async ({ token, params, body, record }, { store, mayUseCdn }) => {
      const site = found(await store.sites.find(token.accountId, params['id'] ?? ''))
      const cdn = body['account'] === undefined ? null : siteCdn(site, body, name => mayUseCdn(token.accountId, name))
      await store.sites.setCdn(token.accountId, site.id, cdn, record(site.id))
      return ok(show(found(await store.sites.find(token.accountId, site.id))))
    },
  },
]

/** @throws PlatenError input.invalid, url.foreign */
function siteCdn(site: Site, body: Readonly<Record<string, unknown>>, mayUse: (account: string) => boolean): SiteCdn {
  const { account, zone, hosts: named } = body as { account: string; zone: string; hosts: readonly string[] }
  // As they are in URLs, with which they are compared.
  const hosts = named.map(host => host.toLowerCase())
  // One that is another's is as if it was not there.
  if (!mayUse(account)) throw new PlatenError('input.invalid', 'No such account in the gateway’s CDN file for you.', { field: 'account' })
  const own = new URL(site.url).hostname.replace(/^www\./, '')
  if (!hosts.every(host => host === own || host.endsWith(`.${own}`))) throw new PlatenError('url.foreign', undefined, { field: 'hosts' })
  return { account, zone, hosts: [...new Set(hosts)] }
}

function found(site: Site | undefined): Site {
  if (!site) throw new PlatenError('site.not_found')
  return site
}

/** A site's URL as it is kept: scheme, host and path, no slash at the end. @throws PlatenError url.invalid */
function siteUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new PlatenError('url.invalid', undefined, { field: 'url' })
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function show({ id, url, createdAt, cdn }: Site): object {
  return { id, url, createdAt: iso(createdAt), ...(cdn && { cdn }) }
}
