import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { postcssMinifier } from '../../../src/kinds/assets.bundle/postcss-minifier.ts'
import { isSelfLocating } from '../../../src/kinds/assets.bundle/self-locating.ts'
import { terserMinifier } from '../../../src/kinds/assets.bundle/terser-minifier.ts'

const url = 'https://shop.example/a/style.css'
const css = (source: string): Promise<string> => postcssMinifier().minify(source, url)
const js = (source: string): Promise<string> => terserMinifier().minify(source)

describe('the CSS minifier', () => {
  it('takes out what nobody needs and keeps licences', async () => {
    assert.equal(await css('/* note */ /*! MIT */ a { color : #ff0000 ; }'), '/*! MIT */a{color:red}')
  })

  it('keeps rules in their order, though others have the same declarations', async () => {
    assert.equal(await css('.a{color:red}.b{color:blue}.c{color:red}'), '.a{color:red}.b{color:blue}.c{color:red}')
  })

  it('keeps layers, charset, custom properties and queries', async () => {
    const source = '@charset "utf-8";@layer a,b;:root{--x: {a:b};--gap: 1px}@media print{@supports (display:grid){a{color:red}}}'
    const made = await css(source)
    for (const part of ['@layer a,b', '--gap:', '@media print', '@supports(display:grid)'])
      assert.ok(made.includes(part), `${part}: ${made}`)
  })

  it('keeps the charset of what is not plain ASCII, and drops the address of a map', async () => {
    const made = await css('@charset "utf-8"; a::after { content: "→" }\n/*# sourceMappingURL=style.css.map */')
    assert.equal(made, '@charset "utf-8";a:after{content:"→"}')
  })

  it('moves addresses', async () => {
    assert.equal(await css('a{background:url(x.png)}'), 'a{background:url(/a/x.png)}')
  })

  it('refuses what does not parse', async () => {
    await assert.rejects(css('a { color: red'), { code: 'css.unparsable' })
    await assert.rejects(css('} a {}'), { code: 'css.unparsable' })
  })
})

describe('the script minifier', () => {
  it('keeps names that others may look for, and licences', async () => {
    const made = await js('/*! MIT */ function start ( number ) { return number + 1 }\nvar shop = { start : start } // end')
    assert.match(made, /^\/\*! MIT \*\/\s*function start\(\w+\)\{return \w+\+1\}var shop=\{start(:start)?\};$/)
  })

  it('drops the address of a map', async () => {
    assert.equal(await js('var a = 1\n//# sourceMappingURL=a.js.map'), 'var a=1;')
  })

  it('keeps what is said at the top although nobody in this file asks for it', async () => {
    assert.match(await js('var unused = 1; let other = 2; class Late {}'), /unused=1.*other=2.*class Late/)
  })

  it('keeps sloppy constructs sloppy', async () => {
    assert.match(await js('with (Math) { x = cos(0) } y = 010'), /with\(Math\)/)
  })

  it('refuses what does not parse, as a script', async () => {
    await assert.rejects(js('function ('), { code: 'js.unparsable' })
    await assert.rejects(js('import a from "a"'), { code: 'js.unparsable' })
  })
})

describe('a script that looks for its own address', () => {
  it('is told by its words', () => {
    for (const source of [
      'var s = document.currentScript.src',
      "var all = document.getElementsByTagName('script'); all[all.length - 1]",
      'document.querySelector(\'script[src*="x"]\')',
      'document.scripts[0]',
      'jQuery("script[src*=\\"x\\"]").attr("src")',
      'import ("./more.js")',
    ])
      assert.equal(isSelfLocating(source), true, source)
    assert.equal(isSelfLocating('jQuery(function ($) { $("script-runner").on("x") })'), false)
    assert.equal(isSelfLocating('wp.import("a"); reimport(b)'), false)
  })
})
