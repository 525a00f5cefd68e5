import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import type { TSchema } from 'typebox'
import { typeName } from './sources.ts'

const generate = standalone as unknown as (ajv: Ajv, names: Record<string, string>) => string

/**
 * Validator source for every schema: plain functions, so that no schema library is loaded at run time.
 * With `allErrors` a check names everything that is wrong instead of the first thing: for files that people write, not for
 * input that may be hostile. `unicode: false` counts string lengths in UTF-16 units, which needs no helper from Ajv's package.
 */
export function validatorsSource(sources: Record<string, TSchema>, allErrors = false): string {
  const ajv = new Ajv({
    strict: true,
    allErrors,
    strictTypes: false,
    unicodeRegExp: false,
    unicode: false,
    logger: false,
    code: { source: true, esm: true, lines: true },
  } as never)
  const names: Record<string, string> = {}
  for (const [name, schema] of Object.entries(sources)) {
    ajv.addSchema(JSON.parse(JSON.stringify(schema)), name)
    names[`is${typeName(name)}`] = name
  }
  const code = generate(ajv, names)
    .replace('"use strict";', '')
    .replaceAll(/export const (\w+) = (\w+);/g, 'const $1 = $2;')
  if (/require\(|^import /m.test(code)) throw new Error('a validator needs a helper of Ajv: change the schema or the options')
  return code
}
