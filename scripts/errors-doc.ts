/** Writes the table of docs/errors.md from protocol/src/errors.ts; part of `pnpm generate`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorRow, errorTable, type ErrorCode } from '../protocol/src/errors.ts'

const path = join(import.meta.dirname, '..', 'docs', 'errors.md')
const rows = (Object.keys(errorTable) as ErrorCode[]).map(code => {
  const { status, retry, meaning, hint } = errorRow(code)
  return `| \`${code}\` | ${status} | ${retry} | ${meaning} | ${hint} |`
})
const text = readFileSync(path, 'utf8')
  .split('\n')
  .filter(line => !line.startsWith('| `'))
const at = text.findIndex(line => line.startsWith('|---')) + 1
writeFileSync(path, text.toSpliced(at, 0, ...rows).join('\n'))
