import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { bounds } from '../../../src/kinds/assets.bundle/bounds.ts'
import { css, js, markup, SiteDouble, siteUrl, uploads } from './site-double.ts'

const built = /^wp-content\/uploads\/platen\/assets\/[0-9a-f]{32}\.(css|js)$/
const front = `${siteUrl}/`

describe('a bundle', () => {
  let site: SiteDouble
  const assets = (): readonly string[] => readdirSync(join(site.root, uploads, 'platen/assets'))
  const isServed = (page = ''): boolean => site.named(page).some(path => built.test(path))

  beforeEach(() => {
    site = new SiteDouble()
    site.put('wp-content/plugins/a/a.css', css)
    site.put('wp-content/plugins/a/a.js', js)
    site.put('wp-includes/js/b.js', `${js}start(2)`)
    site.pages.set('', ['wp-content/plugins/a/a.css?ver=1', 'wp-content/plugins/a/a.js?ver=1', 'wp-includes/js/b.js'])
  })
  afterEach(() => site.close())

  it('is planned without a file written or a step begun', async () => {
    const { result, effect } = await site.run('plan')
    assert.deepEqual([effect, result.css.files, result.js.files, site.steps], ['none', 1, 2, []])
    assert.throws(() => assets(), { code: 'ENOENT' })
  })

  it('is built and checked without being served', async () => {
    for (const mode of ['build', 'verify'] as const) assert.equal((await site.run(mode)).effect, 'none')
    assert.deepEqual([assets().length, isServed()], [4, false])
  })

  it('is served in the order of the originals, and a second job has nothing to do', async () => {
    const { result, effect } = await site.run('publish')
    assert.deepEqual([effect, result.published, result.left], ['applied', true, []])
    assert.deepEqual(
      site.named('').map(path => [built.test(path), path.split('.').at(-1)]),
      ['css', 'js', 'js'].map(kind => [true, kind]),
    )
    const { result: again, effect: none } = await site.run('publish')
    assert.deepEqual([none, again.bundle, again.css], ['none', result.bundle, result.css])
  })

  it('is seen past the copies that nginx keeps, and says where there is one with other files', async () => {
    const hint = /nginx has kept follow/
    await site.fetch(front)
    assert.match((await site.run('publish')).result.summary, hint)
    assert.equal(site.kept.get(front), markup(site.pages.get('') ?? []))
    site.kept.clear()
    await site.fetch(front)
    assert.doesNotMatch((await site.run('publish')).result.summary, hint)
    assert.match((await site.run('off')).result.summary, hint)
  })

  it('is not published where nginx shows no page as it is made', async () => {
    site.ignoresQueries = true
    await site.fetch(front)
    await assert.rejects(site.run('publish'), { code: 'page.stale' })
    assert.deepEqual(site.steps, [])
  })

  it('writes a built file again that somebody has changed or lost', async () => {
    await site.run('publish')
    const [file = ''] = site.named('')
    const whole = statSync(join(site.root, file)).size
    site.put(file, 'x')
    assert.equal((await site.run('publish')).effect, 'applied')
    assert.equal(statSync(join(site.root, file)).size, whole)
  })

  it('keeps apart two originals that come out the same', async () => {
    site.put('wp-content/plugins/b/a.css', css)
    site.pages.set('', ['wp-content/plugins/b/a.css', 'wp-content/plugins/a/a.css', 'wp-includes/js/b.js'])
    await site.run('publish')
    const { result, effect } = await site.run('publish')
    assert.deepEqual([effect, result.css.files, result.left], ['none', 2, []])
  })

  it('takes itself back where the page is broken afterwards', async () => {
    site.render = paths => markup(paths.filter(path => !(built.test(path) && path.endsWith('.js'))))
    await assert.rejects(site.run('publish'), { code: 'page.unusable' })
    assert.equal(isServed(), false)
  })

  it('is not told to be as before where it could not be taken back', async () => {
    site.render = paths => markup(paths.filter(path => !built.test(path)))
    site.onPublish = () => site.refusing.set('assets.publish', 'php.unavailable')
    await assert.rejects(site.run('publish'), { code: 'page.unusable' })
    assert.deepEqual([isServed(), site.ended], [true, ['write files']])
  })

  it('takes itself back to what was served before, not to nothing', async () => {
    await site.run('publish')
    const { pointer } = site
    site.pages.set('b', ['wp-content/plugins/a/a.css?ver=1', 'wp-content/plugins/c/c.css'])
    site.put('wp-content/plugins/c/c.css', `${css}b { color: red }`)
    site.render = paths => (paths.filter(path => built.test(path)).length > 1 ? '<p>Fatal error' : markup(paths))
    await assert.rejects(site.run('publish', [`${siteUrl}/b`]), { code: 'page.unusable' })
    assert.deepEqual(site.pointer, pointer)
  })

  it('takes itself back when it is cancelled before the pages were seen to be whole', async () => {
    const abort = new AbortController()
    site.onPublish = () => abort.abort(new PlatenError('job.cancelled'))
    await assert.rejects(site.run('publish', [], { signal: abort.signal }), { code: 'job.cancelled' })
    assert.deepEqual([isServed(), site.pointer], [false, undefined])
  })

  it('fails where the page loads none of its files, and names single ones as not served', async () => {
    const [first = '', ...rest] = site.pages.get('') ?? []
    const original = (paths: readonly string[]): readonly string[] => [first, ...paths.slice(1)]
    site.render = paths => markup(original(paths))
    const { result } = await site.run('publish')
    assert.deepEqual([result.css.files, result.js.files], [0, 2])
    assert.deepEqual(result.left, [{ url: `${siteUrl}/wp-content/plugins/a/a.css`, reason: 'not served' }])
    await site.run('off')
    site.render = () => markup([first, ...rest])
    await assert.rejects(site.run('publish'), { code: 'page.unusable' })
    assert.equal(isServed(), false)
  })

  it('keeps what other pages were given, but nothing whose original has changed', async () => {
    site.put('wp-content/plugins/c/c.css', `${css}b { color: red }`)
    site.pages.set('b', ['wp-content/plugins/c/c.css'])
    await site.run('publish')
    await site.run('publish', [`${siteUrl}/b`])
    assert.deepEqual([isServed(), isServed('b')], [true, true])
    const file = join(site.root, 'wp-content/plugins/c/c.css')
    utimesSync(file, 1, 1)
    assert.equal(isServed('b'), false)
    const known = (): boolean => readFileSync(join(site.root, uploads, site.pointer?.manifest ?? ''), 'utf8').includes('c.css')
    assert.equal(known(), true)
    assert.equal((await site.run('publish')).effect, 'applied')
    assert.deepEqual([isServed(), known()], [true, false])
    await site.run('publish', [`${siteUrl}/b`])
    assert.deepEqual([isServed('b'), known()], [true, true])
  })

  it('is off with one call, for every page, and looks at each that was published', async () => {
    site.pages.set('b', ['wp-content/plugins/a/a.css?ver=1'])
    await site.run('publish', [front, `${siteUrl}/b`])
    site.kept.clear()
    await site.fetch(`${siteUrl}/b`)
    const { effect, result } = await site.run('off')
    assert.equal(effect, 'applied')
    assert.match(result.summary, /nginx/)
    assert.deepEqual([isServed(), isServed('b')], [false, false])
    assert.equal((await site.run('off')).effect, 'none')
  })

  it('is off although a page of it is gone', async () => {
    site.pages.set('b', ['wp-content/plugins/a/a.css?ver=1'])
    await site.run('publish', [`${siteUrl}/b`])
    site.pages.delete('b')
    assert.equal((await site.run('off')).effect, 'applied')
  })

  it('is off for single pages, and stays for the files of others', async () => {
    site.pages.set('b', ['wp-content/plugins/a/a.css?ver=1'])
    await site.run('publish')
    await site.run('off', [`${siteUrl}/b`])
    assert.deepEqual(
      site.named('').map(path => built.test(path)),
      [false, true, true],
    )
  })

  it('leaves files with a reason each', async () => {
    site.put('wp-content/broken.css', 'a { color: red')
    site.put('wp-content/small.css', 'a{color:red}')
    site.put('wp-content/latin.js', Buffer.from([0x2f, 0x2f, 0xe9, 0x0a]))
    site.put('wp-content/own.js', `${js}\nimport('./more.js')`)
    site.put('wp-content/large.css', `a{}${' '.repeat(bounds.fileBytes)}`)
    site.put('wp-admin/js/x.js', js)
    symlinkSync('/etc/passwd', join(site.root, 'wp-content/link.js'))
    const reasons = {
      'wp-content/broken.css': 'unparsable',
      'wp-content/small.css': 'no gain',
      'wp-content/latin.js': 'not text',
      'wp-content/own.js': 'self-locating',
      'wp-content/large.css': 'too large',
      'wp-content/link.js': 'missing',
      'wp-content/gone.js': 'missing',
      'wp-content/..%2f..%2fetc/x.js': 'missing',
      'wp-admin/js/x.js': 'external',
    }
    site.pages.set('', Object.keys(reasons))
    const { result } = await site.run('publish')
    assert.deepEqual(Object.fromEntries(result.left.map(({ url, reason }) => [url.slice(front.length), reason])), reasons)
    assert.deepEqual([result.published, isServed()], [false, false])
  })

  it('names what is over the number of files of one job', async () => {
    site.pages.set(
      '',
      Array.from({ length: bounds.files + 2 }, (_, at) => `wp-content/${at}.js`),
    )
    const { result } = await site.run('plan')
    assert.deepEqual([result.left.length, result.left.at(-1)?.reason], [bounds.left, 'missing'])
  })

  it('changes nothing in maintenance, or for a page of another site', async () => {
    site.maintenance = true
    await assert.rejects(site.run('publish'), { code: 'wordpress.maintenance' })
    await assert.rejects(site.run('publish', ['https://other.example/']), { code: 'url.foreign' })
    assert.deepEqual(site.steps, [])
  })
})
