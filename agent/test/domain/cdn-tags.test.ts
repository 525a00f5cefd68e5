import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { cdnTag, cdnTagPattern, cdnTagPrefix } from '@platen/protocol'
import { cdnTagsOf, everyPageTag } from '../../src/domain/cdn-tags.ts'

/** What pages have at the CDN and what changes purge there; the plugin's own tests read the same file. */
const file = join(import.meta.dirname, '../../../protocol/test/corpus/plugin/cdn-tags.json')
const corpus = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly names: Readonly<Record<string, string>>
  readonly prefixes: readonly { readonly site: string; readonly prefix: string }[]
  readonly pages: readonly { readonly why: string; readonly names: readonly string[]; readonly sent: readonly string[] }[]
  readonly changes: readonly { readonly why: string; readonly changed: readonly string[]; readonly names: readonly string[] }[]
}

describe('tags at the CDN', () => {
  it('are spelt as the corpus has them', () => {
    for (const [name, tag] of Object.entries(corpus.names)) assert.equal(cdnTag(name), tag, name)
    assert.match(cdnTag('post:5'), new RegExp(cdnTagPattern))
    assert.equal(everyPageTag, corpus.names['site'])
    for (const { site, prefix } of corpus.prefixes) assert.equal(cdnTagPrefix(site), prefix)
  })

  for (const { why, changed, names } of corpus.changes)
    it(`of what changed: ${why}`, () => {
      assert.deepEqual(cdnTagsOf(changed), names.map(cdnTag))
    })

  for (const { why, names, sent } of corpus.pages)
    it(`reach a page whatever it leaves out: ${why}`, () => {
      const has = new Set(sent.map(cdnTag))
      for (const name of names) {
        if (name === 'site' || name.endsWith(':*') || name.startsWith('sticky')) continue
        assert.ok(
          cdnTagsOf([name]).some(tag => has.has(tag)),
          name,
        )
      }
    })

  it('are the one of every page where they are too many', () => {
    assert.deepEqual(cdnTagsOf(Array.from({ length: 400 }, (_, index) => `post:${index}`)), [everyPageTag])
  })
})
