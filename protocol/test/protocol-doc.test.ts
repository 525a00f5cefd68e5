import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const root = join(import.meta.dirname, '..', '..')
const docs = readFileSync(join(root, 'docs', 'protocol.md'), 'utf8')
const headings = docs.split('\n').filter(line => /^#{3,4} /.test(line))
/** What every frame about a job has: described once. */
const fence = ['jobId', 'attempt', 'epoch']

/** Frames of both sides with the names of their fields; one that both send, `goodbye`, has those of both. */
function frames(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const file of readdirSync(join(root, 'protocol', 'schema'))) {
    const [, name] = /^(?:agent|gateway)\.(.+)\.json$/.exec(file) ?? []
    if (name === undefined) continue
    const schema = JSON.parse(readFileSync(join(root, 'protocol', 'schema', file), 'utf8')) as { properties: object }
    const fields = Object.keys(schema.properties).filter(field => field !== 'type' && !fence.includes(field))
    found.set(name, new Set([...(found.get(name) ?? []), ...fields]))
  }
  return found
}

describe('docs/protocol.md', () => {
  it('has a heading for every frame', () => {
    for (const name of frames().keys()) assert.ok(headings.includes(`### ${name}`), name)
  })

  it('has a heading for every field of every frame, and for none that there is not', () => {
    const fields = [...frames()].flatMap(([name, all]) => [...all].map(field => `#### ${name}.${field}`))
    const documented = headings.filter(line => line.startsWith('#### '))
    assert.deepEqual(documented.toSorted(), [...fields, ...fence.map(field => `#### ${field}`)].toSorted())
  })
})
