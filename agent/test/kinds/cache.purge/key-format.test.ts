import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { keyFormat } from '../../../src/kinds/cache.purge/key-format.ts'

const site = 'https://shop.example'
const usual = keyFormat(undefined, 'https://example.com')

describe('the URL of a key', () => {
  it('is found behind scheme, method and separators in any order', () => {
    for (const before of ['https', 'httpsGET', 'GEThttps', 'https|GET|', 'GETDESKTOPhttps', ''])
      assert.equal(usual.urlOf(`${before}example.com/a?b=c`), 'https://example.com/a?b=c', before)
  })

  it('is none of a key of another host', () => {
    for (const key of ['httpsGETother.example/a', 'httpsGETshop.example.com/a', 'xexample.com/a'])
      assert.deepEqual([usual.urlOf(key), usual.isOfSite(key), usual.isUnseen(key)], [undefined, false, false], key)
  })

  // A run of capitals could be taken apart in so many ways that this did not end.
  it('is looked for in a key of many letters in one go', { timeout: 10_000 }, () => {
    const own = keyFormat('$device$scheme$request_method$x|$lang$request_method$host$request_uri', 'https://example.com')
    for (const letters of ['T', 'http', 'httpsGET', '|', '/'])
      for (const format of [usual, own]) {
        const key = `httpsGET${letters.repeat(8_000)}xexample.com/a`
        assert.equal(format.urlOf(key), undefined)
        format.isUnseen(key)
      }
  })

  it('is found where nginx’s own format has variables of the host’s before, between or behind', () => {
    for (const [format, key] of [
      ['$device$scheme$request_method$host$request_uri', 'mobilehttpsGETshop.example/a?b=c'],
      ['$device:$scheme$request_method$host$request_uri', 'desktop:httpsGETshop.example/a?b=c'],
      ['$scheme|$request_method|$host|$request_uri', 'https|GET|shop.example|/a?b=c'],
      ['$scheme|$request_method|$cookie_lang|$host|$request_uri', 'https|GET||shop.example|/a?b=c'],
      ['$scheme$request_method$host$request_uri|$device', 'httpsGETshop.example/a?b=c|mobile'],
      ['${scheme}://${host}$uri$is_args$args#$device', 'https://shop.example/a?b=c#1'],
      ['$request_uri', '/a?b=c'],
    ] as const)
      assert.equal(keyFormat(format, site).urlOf(key), 'https://shop.example/a?b=c', format)
  })

  it('is found again in every key that is built of it', () => {
    const value = fc.stringMatching(/^[a-z0-9_-]{0,8}$/).filter(text => !text.includes('http'))
    const piece = fc.constantFrom('$scheme', '$request_method', '$http_host', '$device', '$cookie_lang', '|', ':', '::')
    const path = fc.stringMatching(/^[a-z0-9/]{0,12}(\?[a-z]=[a-z0-9]{1,3})?$/).map(text => `/${text}`)
    const host = fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join('|'))
    fc.assert(
      fc.property(host, host, path, value, (before, behind, address, filled) => {
        fc.pre(URL.canParse(site + address) && new URL(site + address).href === site + address)
        const format = `${before}|$host|$request_uri|${behind}`
        const values: Record<string, string> = { scheme: 'https', request_method: 'GET', http_host: 'shop.example', host: 'shop.example' }
        const key = format.replaceAll(/\$(\w+)/g, (_, name: string) => (name === 'request_uri' ? address : (values[name] ?? filled)))
        const read = keyFormat(format, site)
        fc.pre(!read.isOpen)
        assert.deepEqual([read.urlOf(key), read.isOf(key, site + address), read.isUnseen(key)], [site + address, true, false])
        const other = key.replaceAll('shop.example', 'myshop.example')
        assert.deepEqual([read.isOfSite(other), read.isUnseen(other)], [false, false])
      }),
    )
  })

  it('may be several where nothing shows the end of the address', () => {
    const format = keyFormat('$scheme$request_method$host$request_uri$device', site)
    const of = (key: string, ...paths: string[]): boolean[] => paths.map(path => format.isOf(`httpsGETshop.example${key}`, site + path))
    assert.deepEqual(of('/amobile', '/a', '/amobile', '/', '/b'), [true, true, true, false])
    assert.deepEqual(of('/a/mobile', '/a/', '/a', '/'), [true, false, false])
    assert.deepEqual(
      [format.isOpen, format.isOfSite('httpsGETshop.example/amobile'), format.urlOf('httpsGETshop.example/a/mobile')],
      [true, true, `${site}/a/`],
    )
  })

  it('is none, and said to be unseen, of a key in another format or in one that can’t be told from a neighbour’s', () => {
    for (const [format, key] of [
      ['$scheme$request_method$host$request_uri', 'mobilehttpsGETshop.example/a'],
      ['$scheme$request_method$host$request_uri', 'v2:shop.example:/a'],
      [undefined, 'mobilehttpsGETshop.example/a'],
      [undefined, 'https|GET|shop.example|/a'],
      [undefined, '/a'],
      ['$device$host$request_uri', 'mobileshop.example/a'],
    ] as const) {
      const read = keyFormat(format, site)
      assert.deepEqual([read.urlOf(key), read.isUnseen(key)], [undefined, true], `${format} ${key}`)
    }
  })

  it('is none of a neighbour’s key that names the site in its query', () => {
    for (const format of [undefined, '$scheme$request_method$host$request_uri', '$scheme|$host|$request_uri']) {
      const read = keyFormat(format, site)
      for (const key of ['httpsGETother.example/?u=https://shop.example/', 'https|other.example|/?u=|shop.example|/'])
        assert.deepEqual([read.isOfSite(key), read.isUnseen(key)], [false, false], `${format} ${key}`)
    }
  })
})
