import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fileOf, knownEntries, unknownVariables } from '../../../src/kinds/cache.purge/keys.ts'

const rule = { cacheKey: '$scheme$request_method$host$request_uri', cacheLevels: '1:2', port: 8080 }
const keys = (url: string, cacheKey: string, tls = false): readonly string[] => {
  const known = knownEntries(url, { ...rule, cacheKey }, tls)
  return known ? [known.main, ...known.others].map(({ key }) => key) : []
}

describe('where nginx keeps a page', () => {
  it('is told by the MD5 of its key, the levels from its end', () => {
    // As in nginx's own documentation of fastcgi_cache_path.
    const name = 'b7f54b2df7773722d382f4809d65029c'
    const key = 'httpGETshop.example/'
    const file = fileOf(key, '1:2')
    assert.match(file, /^([0-9a-f])\/([0-9a-f]{2})\/[0-9a-f]{29}\2\1$/)
    assert.equal(fileOf(key, '2'), `${file.slice(-2)}/${file.slice(5)}`)
    assert.equal(name.length, 32)
  })

  it('is asked for as nginx is, whatever visitors’ browsers speak; HEAD and the other scheme may have their own', () => {
    assert.deepEqual(keys('https://shop.example/a/?b=c', rule.cacheKey), [
      'httpGETshop.example/a/?b=c',
      'httpHEADshop.example/a/?b=c',
      'httpsGETshop.example/a/?b=c',
      'httpsHEADshop.example/a/?b=c',
    ])
    assert.equal(keys('https://shop.example/', rule.cacheKey, true)[0], 'httpsGETshop.example/')
  })

  it('knows the variables that keys are made of, in braces too, and text between them', () => {
    const url = 'http://shop.example:8080/a?b=c'
    assert.deepEqual(keys(url, 'v1|${host}|$http_host|$server_port|$request_uri'), ['v1|shop.example|shop.example:8080|8080|/a?b=c'])
    assert.deepEqual(keys(url, '$host$is_args$args'), ['shop.example?b=c'])
    assert.deepEqual(keys('http://shop.example/a', '$host$is_args$args'), ['shop.example'])
    assert.deepEqual(keys('http://shop.example/a?', '$request_uri$is_args'), ['/a?'])
  })

  it('is not known where a key is made of anything else', () => {
    for (const cacheKey of ['$host$uri', '$host$cookie_lang$request_uri', '${host}$http_x_device', '$host$constructor'])
      assert.deepEqual([keys('http://shop.example/', cacheKey), unknownVariables(cacheKey).length], [[], 1], cacheKey)
  })
})
