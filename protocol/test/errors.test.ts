import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { errorRow, errorTable, isErrorCode, PlatenError, toPlatenError, type ErrorCode } from '../src/index.ts'

const codes = Object.keys(errorTable) as ErrorCode[]
const docs = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8')

describe('the error table', () => {
  it('is what docs/errors.md says, row by row', () => {
    const rows = codes.map(code => {
      const { status, retry, meaning, hint } = errorRow(code)
      return `| \`${code}\` | ${status} | ${retry} | ${meaning} | ${hint} |`
    })
    const documented = docs.split('\n').filter(line => line.startsWith('| `'))
    assert.deepEqual(documented, rows)
  })

  it('names codes as noun.problem', () => {
    for (const code of codes) assert.match(code, /^(internal|[a-z]+\.[a-z_]+)$/)
  })

  it('knows its own codes and no inherited ones', () => {
    assert.equal(isErrorCode('job.not_found'), true)
    assert.equal(isErrorCode('toString'), false)
  })

  it('gives a thrown PlatenError its meaning, and turns anything else into internal without its words', () => {
    assert.equal(new PlatenError('url.foreign', 'x.test').message, 'The URL belongs to another host than the site’s. x.test')
    const coerced = toPlatenError(new Error('password=secret'))
    assert.equal(coerced.code, 'internal')
    assert.doesNotMatch(coerced.message, /secret/)
  })
})
