import type { Api } from '@platen/lab'
import { got, stopped, type Outcome } from './attempt.ts'
import type { Field } from './field.ts'

interface Operation {
  readonly security?: readonly unknown[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly example: unknown } } }
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

/** Asks every route that needs a token, with ids of the first account wherever an id goes. What stands in the way, or what was seen. */
export async function everyRoute(field: Field, { url, token }: Api): Promise<Outcome> {
  const ids = await idsOf(field)
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Paths }
  const codes = new Set<string>()
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { security, requestBody }] of Object.entries(operations)) {
      if (security?.length === 0) continue
      const body = requestBody && withIds(requestBody.content['application/json'].example, ids)
      const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
      const asked = new URL(path.replace('{id}', ids[path.split('/')[2] ?? ''] ?? 'x'), url)
      if (method === 'get') asked.searchParams.set('limit', '100')
      const response = await fetch(asked, {
        method: method.toUpperCase(),
        headers,
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(10_000),
      })
      const text = await response.text()
      if (response.ok && shows(path, text, ids)) return got(`${method} ${path} shows ${text.slice(0, 100)}`)
      if (!response.ok) codes.add((JSON.parse(text) as { code: string }).code)
    }
  }
  return stopped([...codes].toSorted().join(', '))
}

/** An id of each noun of the first account, by the noun in a path. */
async function idsOf({ api, wards }: Field): Promise<Readonly<Record<string, string>>> {
  const { id: job } = await api.request<{ id: string }>('POST', '/v1/jobs', {
    siteId: wards[0].siteId,
    kind: 'health.report',
    input: { sections: ['disk'] },
    notBefore: new Date(Date.now() + 86_400_000).toISOString(),
  })
  const { items } = await api.request<{ items: { id: string }[] }>('GET', '/v1/tokens')
  return { jobs: job, sites: wards[0].siteId, agents: wards[0].agentId, tokens: items[0]?.id ?? '' }
}

/** A body as the document shows it, about the first account's site. */
function withIds(example: unknown, ids: Readonly<Record<string, string>>): string {
  return JSON.stringify(example).replaceAll('site_…', ids['sites'] ?? '')
}

/** Whether an answer has something of the first account. Refusals, and the caller's own audit log, may repeat what the caller asked about. */
function shows(path: string, text: string, ids: Readonly<Record<string, string>>): boolean {
  if (path === '/v1/audit') return text.includes(`token:${ids['tokens']}`)
  return !text.includes('"problem"') && Object.values(ids).some(id => text.includes(id))
}
