import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { closeCodes, type CloseRetry } from '../src/index.ts'

const words: Readonly<Record<CloseRetry, string>> = { backoff: 'backs off', never: 'stops and says so', slot: 'comes at its slot' }

it('docs/protocol.md lists the close codes as they are', () => {
  const docs = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'protocol.md'), 'utf8')
  const documented = docs.split('\n').filter(line => /^\| 4\d{3} /.test(line))
  const rows = Object.entries(closeCodes).map(([code, { name, retry, meaning }]) => `| ${code} | ${name} | ${words[retry]} | ${meaning} |`)
  assert.deepEqual(documented, rows)
})
