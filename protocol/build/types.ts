import { compile } from 'json-schema-to-typescript'
import type { TSchema } from 'typebox'
import { typeName } from './sources.ts'

/** TypeScript types of every schema, one exported type a schema. */
export async function typesSource(sources: Record<string, TSchema>): Promise<string> {
  const parts: string[] = []
  for (const [name, schema] of Object.entries(sources)) {
    const plain = JSON.parse(JSON.stringify(schema)) as Record<string, unknown>
    const text = await compile({ ...withoutTitles(plain), title: typeName(name) } as never, typeName(name), {
      bannerComment: '',
      declareExternallyReferenced: true,
      additionalProperties: false,
      ignoreMinAndMaxItems: true,
      format: false,
      unknownAny: true,
    })
    parts.push(text.trim())
  }
  return `${parts.join('\n\n')}\n`
}

/** Titles inside a schema would become named types that clash between schemas. */
function withoutTitles(schema: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => (key === 'title' && typeof value === 'string' ? undefined : value)),
  ) as Record<string, unknown>
}
