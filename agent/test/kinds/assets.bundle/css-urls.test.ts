import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { movedImport, movedUrl, movedValue } from '../../../src/kinds/assets.bundle/css-urls.ts'

const base = 'https://shop.example/wp-content/plugins/a/css/style.css?ver=2'

describe('addresses of a style sheet that moves', () => {
  it('are made absolute on their host', () => {
    assert.equal(movedValue('url(img/a.png)', base), 'url(/wp-content/plugins/a/css/img/a.png)')
    assert.equal(
      movedValue("url( '../f.woff2#iefix' ) format('woff2')", base),
      "url( '/wp-content/plugins/a/f.woff2#iefix' ) format('woff2')",
    )
    assert.equal(
      movedValue('image-set("a.png" 1x, url(b.png) 2x)', base),
      'image-set("/wp-content/plugins/a/css/a.png" 1x, url(/wp-content/plugins/a/css/b.png) 2x)',
    )
  })

  it('stay where they mean the same everywhere', () => {
    for (const value of [
      'url(/a.png)',
      'url(//cdn.example/a.png)',
      'url(https://x.example/a.png)',
      'url(data:image/png;base64,AA==)',
      'url(#filter)',
      'url()',
      'url("about:blank")',
    ])
      assert.equal(movedValue(value, base), value)
  })

  it('are none where a string is no address', () => {
    for (const value of ['"url(a.png)"', 'var(--x, "a.png")', "'../a'", 'local("a")']) assert.equal(movedValue(value, base), value)
  })

  it('are moved in imports, as strings and as functions', () => {
    assert.equal(movedImport('"a.css" screen', base), '"/wp-content/plugins/a/css/a.css" screen')
    assert.equal(movedImport('url(../b.css) layer(x)', base), 'url(/wp-content/plugins/a/b.css) layer(x)')
    assert.equal(movedImport('url("https://fonts.example/c")', base), 'url("https://fonts.example/c")')
  })

  it('lead from the new place to where they led from the old one', () => {
    const step = fc.stringMatching(/^[a-z0-9._~-]{1,8}$/)
    fc.assert(
      fc.property(fc.array(fc.oneof(step, fc.constant('..')), { minLength: 1, maxLength: 6 }), steps => {
        const url = steps.join('/')
        const moved = movedUrl(url, base)
        assert.equal(new URL(moved, 'https://shop.example/wp-content/uploads/platen/assets/0.css').href, new URL(url, base).href)
      }),
    )
  })

  it('are read and written with escapes', () => {
    assert.equal(movedValue(String.raw`url(a\(1\).png)`, base), String.raw`url(/wp-content/plugins/a/css/a\(1\).png)`)
    assert.equal(movedValue(String.raw`url('it\'s.png')`, base), String.raw`url('/wp-content/plugins/a/css/it\'s.png')`)
    assert.equal(movedValue(String.raw`url("\61 .png")`, base), 'url("/wp-content/plugins/a/css/a.png")')
    assert.equal(movedValue(String.raw`url("\2f a.png")`, base), String.raw`url("\2f a.png")`)
  })

  it('lead where they led, whatever characters they have', () => {
    const name = fc.string({ unit: fc.constantFrom(...Array.from('aZ0 %é\'"()\\?#;,{}<')), minLength: 1, maxLength: 8 })
    const read = (value: string): string => value.slice(5, -2).replaceAll(/\\(.)/g, '$1')
    fc.assert(
      fc.property(name, text => {
        const value = `url("${text.replaceAll(/["\\]/g, String.raw`\$&`)}")`
        const moved = read(movedValue(value, base))
        if (/^\s*(?:[/\\#]|$)/.test(text)) assert.equal(moved, text)
        else assert.equal(new URL(moved, 'https://shop.example/wp-content/uploads/platen/assets/0.css').href, new URL(text, base).href)
      }),
    )
  })
})
