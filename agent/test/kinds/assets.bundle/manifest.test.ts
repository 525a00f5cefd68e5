import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bounds } from '../../../src/kinds/assets.bundle/bounds.ts'
import { bareUrl, fileOf, versionOf } from '../../../src/kinds/assets.bundle/locate.ts'
import {
  builtFile,
  bundleOf,
  isContentOf,
  manifestText,
  parseManifest,
  recipe,
  remembered,
  type Manifest,
  type ManifestEntry,
} from '../../../src/kinds/assets.bundle/manifest.ts'

const entry = (content: string): ManifestEntry => ({
  file: builtFile(content, 'css'),
  version: '1',
  source: 'wp-content/a.css',
  bytes: 10,
  modified: 5,
  recipe,
})
const manifest: Manifest = {
  files: new Map([
    ['https://a.example/b.css', entry('b')],
    ['https://a.example/a.css', entry('a')],
  ]),
  pages: ['https://a.example/'],
}

describe('a manifest', () => {
  it('is read as it was written', () => {
    const { files, pages } = parseManifest(manifestText(manifest))
    assert.deepEqual([Object.fromEntries(files), pages], [Object.fromEntries(manifest.files), manifest.pages])
  })

  it('has the same name whatever order its files came in, and another one for other files', () => {
    const reversed = { ...manifest, files: new Map([...manifest.files].toReversed()) }
    assert.equal(bundleOf(manifest), bundleOf(reversed))
    assert.notEqual(bundleOf(manifest), bundleOf({ ...manifest, files: new Map([['https://a.example/b.css', entry('c')]]) }))
  })

  it('is nothing where PHP has put something else in its place', () => {
    for (const text of ['', '{', '[]', 'null', '{"version":2,"files":{}}', '{"version":1,"files":{"u":{"file":"../../wp-config.php"}}}'])
      assert.equal(parseManifest(text).files.size, 0, text)
    assert.deepEqual(parseManifest('{"version":1,"files":{},"pages":[7,"https://a.example/"]}').pages, ['https://a.example/'])
  })

  it('remembers each page once, and forgets the oldest', () => {
    assert.deepEqual(remembered(['a', 'b'], ['b', 'c']), ['a', 'b', 'c'])
    const many = Array.from({ length: bounds.pages }, (_, at) => String(at))
    assert.deepEqual([remembered(many, ['new']).length, remembered(many, ['new']).at(-1)], [bounds.pages, 'new'])
  })

  it('knows its files by their content', () => {
    assert.deepEqual(
      [isContentOf(builtFile('a', 'js'), Buffer.from('a')), isContentOf(builtFile('a', 'js'), Buffer.from('b'))],
      [true, false],
    )
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

  it('is none of another site, of another folder or kind, built already, or with a name that no file has', () => {
    for (const url of [
      'https://b.example/a.css',
      'https://a.example/a.css',
      'https://a.example/shop/index.php',
      'https://a.example/shop/wp-content/%ff.css',
      'https://a.example/shop/own.js',
      'https://a.example/shop/wp-content/uploads/platen/assets/0.css',
    ])
      assert.equal(fileOf(url, places), undefined, url)
  })

  it('has its version and its bare self', () => {
    const url = 'https://a.example/a.js?x=1&ver=2.0%2B1'
    assert.deepEqual([bareUrl(url), versionOf(url), versionOf('https://a.example/a.js')], ['https://a.example/a.js', '2.0+1', ''])
  })
})
