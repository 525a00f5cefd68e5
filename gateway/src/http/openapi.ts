import { schemas } from '@platen/protocol/schemas'
import { kinds } from '@platen/protocol'
import type { RouteDocument } from './context.ts'

const problem = { $ref: '#/components/schemas/Problem' }

/** The API as OpenAPI 3.1, made from the routes that are served and the protocol's own schemas. */
export function openApi(routes: readonly RouteDocument[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/\/:(\w+)/g, '/{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Platen',
      version: '1',
      description:
        'Dispatch jobs to WordPress sites and see what became of them. Errors are problem documents with a stable code; lists have a cursor; mutations take an Idempotency-Key.',
    },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: problemSchema, ...kindSchemas() },
    },
    security: [{ token: [] }],
  }
}

function operation(route: RouteDocument): object {
  const { path, summary, description, scope, body, bodyExample, answer } = route
  const needs = scope === 'public' ? 'Needs no API token.' : `Needs the scope \`${scope}\`.`
  const type = answer.type ?? 'application/json'
  return {
    summary,
    tags: [path.startsWith('/v1/') ? path.split(/[/:]/)[2] : 'gateway'],
    description: description === undefined ? needs : `${needs} ${description}`,
    ...(scope === 'public' ? { security: [] } : {}),
    parameters: parameters(route),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body, example: bodyExample } } } } : {}),
    responses: {
      [answer.status]: { description: 'Done', content: { [type]: { schema: answer.schema, example: answer.example } } },
      default: { description: 'An error', content: { 'application/problem+json': { schema: problem } } },
    },
  }
}

function parameters({ path, method, query = {}, scope }: RouteDocument): object[] {
  const inPath = [...path.matchAll(/\/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const inQuery = Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema }))
  const key = { name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 200 } }
  return [...inPath, ...inQuery, ...(method === 'POST' && scope !== 'public' ? [key] : [])]
}

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'hint'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    hint: { type: 'string' },
    field: { type: 'string' },
  },
}

/** Input and result of each kind. */
function kindSchemas(): Record<string, object> {
  const rows = kinds.flatMap(({ name }) => [
    [`${name}.input`, schemas[`kind.${name}.input`] as object] as const,
    [`${name}.result`, schemas[`kind.${name}.result`] as object] as const,
  ])
  return Object.fromEntries(rows)
}
