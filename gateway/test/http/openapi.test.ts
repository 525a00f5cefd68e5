import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Api, type Answer } from './api-fixture.ts'
import { routesTable } from './routes-table.ts'
import { claimOne, say } from '../support/agent-words.ts'

interface Media {
  readonly schema: object
  readonly example: unknown
}

interface Operation {
  readonly summary: string
  readonly description: string
  readonly security?: readonly unknown[]
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, Media>> }>>
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

/** `:id` as OpenAPI writes it. */
const braced = (path: string): string => path.replaceAll(/\/:(\w+)/g, '/{$1}')

describe('/openapi.json', () => {
  let api: Api
  let document: {
    readonly openapi: string
    readonly paths: Paths
    readonly components: { readonly schemas: Readonly<Record<string, object>> }
  }
  before(async () => {
    api = await Api.open()
    document = (await api.ask('GET', '/openapi.json', { token: '' })).body as unknown as typeof document
  })
  after(() => api.close())

  const operation = (method: string, path: string): Operation => {
    const found = document.paths[braced(path)]?.[method.toLowerCase()]
    assert.ok(found, `${method} ${path}`)
    return found
  }
  /** Checks a value against a schema of the document. */
  const fits = (schema: object, value: unknown, what: string): void => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': value => !Number.isNaN(Date.parse(value)) } })
    const check = ajv.compile({ ...schema, components: document.components })
    assert.ok(check(value), `${what}: ${ajv.errorsText(check.errors)} in ${JSON.stringify(value)}`)
  }
  const documented = (method: string, path: string, { status, body }: Answer): void => {
    const media = operation(method, path).responses[status]?.content['application/json']
    assert.ok(media, `${method} ${path} answers ${status}`)
    fits(media.schema, body, `${method} ${path}`)
  }

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    assert.ok(valid, JSON.stringify(errors))
    assert.match(document.openapi, /^3\.1\./)
  })

  it('has every route and no other, each with its scope, its parameters and its errors', () => {
    const paths = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    assert.deepEqual(paths.toSorted(), routesTable.map(([method, path]) => `${method} ${braced(path)}`).toSorted())
    for (const [method, path, scope] of routesTable) {
      const { summary, description, security, parameters, responses } = operation(method, path)
      assert.ok(summary.length > 3)
      assert.ok(description.startsWith(scope === 'public' ? 'Needs no API token.' : `Needs the scope \`${scope}\`.`), `${method} ${path}`)
      assert.deepEqual(security, scope === 'public' ? [] : undefined)
      assert.equal(
        path.includes(':id'),
        parameters.some(({ name, in: where }) => name === 'id' && where === 'path'),
      )
      assert.ok(responses['default']?.content['application/problem+json'])
    }
  })

  it('has examples that fit their own schemas', () => {
    for (const [method, path] of routesTable) {
      const { requestBody, responses } = operation(method, path)
      const media = [requestBody, ...Object.values(responses)].flatMap(part => Object.values(part?.content ?? {}))
      for (const { schema, example } of media) if (example !== undefined) fits(schema, example, `${method} ${path}`)
    }
  })

  it('says what is really answered', async () => {
    const { siteId, tokenId } = api.mine
    const agent = await api.enrol()
    const job = await api.dispatch()
    const asked: readonly (readonly [method: string, path: string, id?: string | undefined, body?: object])[] = [
      ['POST', '/v1/sites', undefined, { url: 'https://example.com' }],
      ['GET', '/v1/sites'],
      ['GET', '/v1/sites/:id', siteId],
      ['POST', '/v1/sites/:id/enrolment', siteId],
      ['POST', '/v1/sites/:id/cdn', siteId, {}],
      ['GET', '/v1/agents'],
      ['GET', '/v1/agents/:id', agent],
      ['POST', '/v1/agents/:id/revoke', agent],
      ['POST', '/v1/tokens', undefined, { name: 'deploy', scope: 'read' }],
      ['GET', '/v1/tokens'],
      ['POST', '/v1/tokens/:id/revoke', tokenId.read],
      ['POST', '/v1/jobs', undefined, api.purge()],
      ['POST', '/v1/jobs:batch', undefined, { jobs: [api.purge(), api.purge({ kind: 'site.delete' })] }],
      ['GET', '/v1/jobs'],
      ['GET', '/v1/jobs/:id', job],
      ['POST', '/v1/jobs/:id/cancel', job],
      ['GET', '/v1/kinds'],
      ['GET', '/v1/audit'],
      ['GET', '/healthz'],
      ['GET', '/readyz'],
    ]
    for (const [method, path, id = '', body] of asked)
      documented(method, path, await api.ask(method, path.replace(':id', id), body === undefined ? {} : { body }))
  })

  it('says what is really answered of jobs that fail and that were made at the site', async t => {
    const api = await Api.open()
    t.after(() => api.close())
    const { siteId, accountId } = api.mine
    const { store, clock } = api
    const agentId = await api.enrol()
    const id = await api.dispatch()
    const now = clock.now()
    await claimOne(store.jobs, siteId, agentId, 90_000, now)
    const error = { code: 'php.unavailable', message: 'no PHP' } as const
    await say(store.jobs, { siteId, agentId }, id, { type: 'end', epoch: 1, end: { outcome: 'failed', effect: 'none', error } }, now)
    const found = await store.jobs.find(accountId, id)
    assert.ok(found?.state === 'queued' && found.reason)
    await store.jobs.importLocal({
      ...found,
      id: id.replace(/.$/, last => (last === '0' ? '1' : '0')),
      origin: 'root',
      state: 'succeeded',
      finishedAt: now,
      end: {
        outcome: 'succeeded',
        effect: 'applied',
        result: {},
        bill: { cpuMs: 1, peakRssBytes: 2, wallMs: 3, readBytes: 4, writtenBytes: 5, savedBytes: 6 },
        receipt: { chain: 'c'.repeat(22), seq: 2, hash: 'h'.repeat(43), signature: 's'.repeat(86) },
      },
    })
    documented('GET', '/v1/jobs', await api.ask('GET', '/v1/jobs'))
  })

  it('describes problems as they are', async () => {
    const { body } = await api.ask('POST', '/v1/sites', { body: {} })
    fits(document.components.schemas['Problem'] ?? {}, body, 'Problem')
  })
})
