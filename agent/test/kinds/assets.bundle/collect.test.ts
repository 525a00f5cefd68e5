import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { collectAssets } from '../../../src/kinds/assets.bundle/collect.ts'

const page = 'https://shop.example/cart/'
const collect = (html: string): readonly string[] => collectAssets(html, page).map(({ kind, url }) => `${kind} ${url}`)

describe('collectAssets', () => {
  it('gives style sheets and scripts in the order of the source, wherever they are', () => {
    const html = `<head><link rel="stylesheet" href="/a.css?ver=1"><script src="b.js"></script></head>
      <body><p><link rel='stylesheet' href='//shop.example/c.css' media="print"></p><script src="../d.js#x"></script>`
    assert.deepEqual(collect(html), [
      'css https://shop.example/a.css?ver=1',
      'js https://shop.example/cart/b.js',
      'css https://shop.example/c.css',
      'js https://shop.example/d.js',
    ])
  })

  it('passes over what is not loaded or is no code: data, comments, templates, noscript, preloads, alternates', () => {
    const html = `<!-- <script src="/1.js"></script> --><template><script src="/2.js"></script></template>
      <noscript><link rel="stylesheet" href="/3.css"></noscript><link rel="preload" as="style" href="/4.css">
      <link rel="alternate stylesheet" href="/5.css"><script type="application/ld+json" src="/6.js"></script>
      <script>document.write('<script src="/7.js"><\\/script>')</script><script src=""></script><link rel="stylesheet" href="data:text/css,a{}">`
    assert.deepEqual(collect(html), [])
  })

  it('marks modules and checked digests', () => {
    const [module, digest] = collectAssets(
      '<script type=module src="/m.js"></script><script src="/d.js" integrity="sha256-x"></script>',
      page,
    )
    assert.deepEqual([module?.module, module?.integrity, digest?.module, digest?.integrity], [true, false, false, true])
  })

  it('goes by the base that the page names', () => {
    assert.deepEqual(collect('<base href="https://cdn.example/x/"><script src="a.js"></script>'), ['js https://cdn.example/x/a.js'])
  })

  it('ends on any text, and on a page that is nested without end', () => {
    fc.assert(fc.property(fc.string(), text => void collect(text)))
    assert.deepEqual(collect(`${'<div>'.repeat(20_000)}<script src="/a.js">`), [])
  })
})
