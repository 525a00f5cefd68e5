import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bareUrl, fileOf, versionOf } from '../../../src/kinds/assets.bundle/locate.ts'
import { builtFile, bundleOf, manifestText, originals, parseManifest, type Manifest } from '../../../src/kinds/assets.bundle/manifest.ts'
import { merged } from '../../../src/kinds/assets.bundle/run.ts'

const entry = (content: string): { file: string; version: string; source: string; bytes: number; modified: number } => ({
  file: builtFile(content, 'css'),
  version: '1',
  source: 'wp-content/a.css',
  bytes: 10,
  modified: 5,
})
const manifest: Manifest = new Map([
  ['https://a.example/b.css', entry('b')],
  ['https://a.example/a.css', entry('a')],
])

describe('a manifest', () => {
  it('is read as it was written', () => {
    assert.deepEqual(new Map([...parseManifest(manifestText(manifest))].toSorted()), new Map([...manifest].toSorted()))
  })

  it('has the same name whatever order its files came in, and another one for other files', () => {
    assert.equal(bundleOf(manifest), bundleOf(new Map([...manifest].toReversed())))
    assert.notEqual(bundleOf(manifest), bundleOf(new Map([['https://a.example/b.css', entry('c')]])))
  })

  it('is nothing where PHP has put something else in its place', () => {
    for (const text of ['', '{', '[]', 'null', '{"version":2,"files":{}}', '{"version":1,"files":{"u":{"file":"../../wp-config.php"}}}'])
      assert.equal(parseManifest(text).size, 0, text)
  })

  it('knows the original of each built file', () => {
    assert.equal(originals(manifest).get(builtFile('a', 'css')), 'https://a.example/a.css')
  })

  it('keeps other pages’ files, takes new ones in, and lets go of what stays as it is now', () => {
    const after = merged(manifest, [
      { url: 'https://a.example/a.css', left: { url: 'https://a.example/a.css', reason: 'no gain' } },
      { url: 'https://a.example/c.css', kind: 'css', entry: entry('c'), bytesAfter: 1 },
    ])
    assert.deepEqual([...after.keys()].toSorted(), ['https://a.example/b.css', 'https://a.example/c.css'])
  })
})

describe('a URL of a page', () => {
  const places = {
    siteUrl: 'https://a.example/shop',
    contentUrl: 'https://a.example/shop/wp-content',
    contentPath: 'wp-content',
    uploadsUrl: 'https://a.example/shop/wp-content/uploads',
    uploadsPath: 'wp-content/uploads',
  }

  it('is a file of the site where it is below its folders', () => {
    assert.equal(fileOf('https://a.example/shop/wp-content/x/a%20b.css?ver=1', places), 'wp-content/x/a b.css')
    assert.equal(fileOf('https://a.example/shop/wp-includes/js/a.js', places), 'wp-includes/js/a.js')
  })

  it('is none of another site, of another kind, or with a name that no file has', () => {
    for (const url of [
      'https://b.example/a.css',
      'https://a.example/a.css',
      'https://a.example/shop/index.php',
      'https://a.example/shop/%ff.css',
    ])
      assert.equal(fileOf(url, places), undefined, url)
  })

  it('has its version and its bare self', () => {
    const url = 'https://a.example/a.js?x=1&ver=2.0%2B1'
    assert.deepEqual([bareUrl(url), versionOf(url), versionOf('https://a.example/a.js')], ['https://a.example/a.js', '2.0+1', ''])
  })
})
