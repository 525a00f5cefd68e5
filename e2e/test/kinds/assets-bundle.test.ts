import assert from 'node:assert/strict'
import { readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { skipWithoutEngines } from '@platen/lab'
import type { DocumentPolicy, KindAssetsBundleInput, KindAssetsBundleResult } from '@platen/protocol'
import type { Browser } from 'playwright-core'
import { policyForRole } from '../../../agent/src/domain/policy.ts'
import { assetsBundle } from '../../../agent/src/kinds/assets.bundle/handler.ts'
import { postcssMinifier } from '../../../agent/src/kinds/assets.bundle/postcss-minifier.ts'
import { terserMinifier } from '../../../agent/src/kinds/assets.bundle/terser-minifier.ts'
import { cachePurge } from '../../../agent/src/kinds/cache.purge/handler.ts'
import { pageFetcher } from '../../../agent/src/site/fetcher.ts'
import { siteFiles } from '../../../agent/src/site/files.ts'
import { openBrowser, openPage } from '../../src/browser/chromium.ts'
import { createPluginSite, runHandler, type PluginSite } from './site-context.ts'

const skip = await skipWithoutEngines()
type Mode = KindAssetsBundleInput['mode']
type Left = KindAssetsBundleResult['left'][number]

describe('assets.bundle', { skip, concurrency: false }, () => {
  let place: PluginSite
  let browser: Browser
  let heavy: string
  /** A page with few files, for what does not depend on how many there are. */
  let light: string

  before(async () => {
    place = await createPluginSite({ content: 'full' })
    browser = await openBrowser()
    heavy = `${place.site.url}${place.site.pages.heavy}`
    light = `${place.site.url}${place.site.pages.page}`
  })
  after(async () => {
    await browser?.close()
    await place?.stop()
  })

  const run = (mode: Mode, urls: readonly string[] = [heavy], policy: DocumentPolicy = policyForRole(place.policy, 'site')) => {
    const handler = assetsBundle({
      files: siteFiles(policy.site.root),
      fetcher: pageFetcher(policy),
      css: postcssMinifier(),
      js: terserMinifier(),
    })
    return runHandler('assets.bundle', handler, policy, { urls: [...urls], mode }, { signal: AbortSignal.timeout(180_000) })
  }
  /** CSS and JavaScript of a page as visitors get it, built ones by their kind alone. */
  const tags = async (url = heavy): Promise<readonly string[]> => {
    const html = await (await fetch(`${url}?fresh=${Math.random()}`)).text()
    return [...html.matchAll(/<(?:link[^>]+rel='stylesheet'[^>]+href|script[^>]+src)=["']([^"']+)/g)].map(([, found]) => found as string)
  }
  /** The page as nginx hands it out, from its cache where it has a copy. */
  const kept = async (url = heavy): Promise<{ cache: string | null; built: number }> => {
    const answer = await fetch(url)
    return { cache: answer.headers.get('x-cache'), built: (await answer.text()).split('/platen/assets/').length - 1 }
  }
  const purge = async (urls: readonly string[]): Promise<void> => {
    const handler = cachePurge({ fetcher: pageFetcher(place.policy) })
    await runHandler('cache.purge', handler, place.policy, { urls: [...urls] })
  }
  const builtOnes = async (url = heavy): Promise<number> => (await tags(url)).filter(tag => tag.includes('/platen/assets/')).length
  const reason = (left: readonly Left[], part: string): string | undefined => left.find(({ url }) => url.includes(part))?.reason
  /** What a browser loads for these tags, before compression. */
  const bytesOf = async (urls: readonly string[]): Promise<number> => {
    const own = urls.map(url => url.replaceAll('&#038;', '&')).filter(url => url.startsWith(place.site.url))
    const sizes = await Promise.all(own.map(async url => (await (await fetch(url)).arrayBuffer()).byteLength))
    return sizes.reduce((sum, size) => sum + size, 0)
  }
  /** What goes wrong in a browser on the page. */
  const complaints = async (): Promise<readonly string[]> => {
    const { page, wrong } = await openPage(browser)
    await page.goto(`${heavy}?fresh=${Math.random()}`, { waitUntil: 'load' })
    await page.close()
    return wrong
  }

  let original: readonly string[]

  it('plans and builds without a change of the page', async () => {
    original = await tags()
    const before = await tags(light)
    const plan = await run('plan', [light])
    assert.deepEqual([plan.effect, plan.result.published], ['none', false])
    await assert.rejects(stat(join(place.site.root, 'wp-content/uploads/platen/assets')), { code: 'ENOENT' })
    assert.deepEqual([(await run('build', [light])).effect, await tags(light)], ['none', before])
    const build = await run('verify', [light])
    assert.deepEqual([build.effect, build.result.published], ['none', false])
    assert.deepEqual(await tags(light), before)
    assert.deepEqual(build.result.css, plan.result.css)
  })

  it('serves smaller files in the order of the originals, and the page works as before', async () => {
    const before = await complaints()
    const bytesBefore = await bytesOf(original)
    await kept()
    const { result, effect } = await run('publish')
    assert.deepEqual([effect, result.published], ['applied', true])
    assert.ok(result.css.files >= 10 && result.js.files >= 10, result.summary)
    assert.ok(result.css.bytesAfter < result.css.bytesBefore && result.js.bytesAfter < result.js.bytesBefore * 0.75, result.summary)
    const now = await tags()
    assert.equal(now.length, original.length)
    for (const [at, tag] of now.entries()) if (!tag.includes('/platen/assets/')) assert.equal(tag, original[at])
    assert.ok(now.filter(tag => tag.includes('/platen/assets/')).length >= 20)
    assert.ok((await bytesOf(now)) < bytesBefore * 0.8, 'visitors load less')
    assert.deepEqual(await complaints(), before)
  })

  it('says that nginx keeps older copies of the page, which a purge makes anew', async () => {
    assert.deepEqual(await kept(), { cache: 'HIT', built: 0 })
    assert.match((await run('publish')).result.summary, /Pages that nginx has kept follow/)
    await purge([heavy])
    const { cache, built } = await kept()
    assert.ok(cache === 'HIT' && built >= 20)
    assert.doesNotMatch((await run('publish')).result.summary, /nginx/)
  })

  it('has nothing to do the second time', async () => {
    const { result, effect } = await run('publish')
    assert.deepEqual([effect, result.published], ['none', true])
  })

  it('keeps what is served on one page when another is done', async () => {
    const count = await builtOnes()
    await run('publish', [light])
    assert.equal(await builtOnes(), count)
    assert.ok((await builtOnes(light)) > 0)
  })

  it('does not serve a built file any more whose original was changed without a new version', async () => {
    const file = join(place.site.root, 'wp-content/plugins/lab-slider/assets/slider.css')
    const source = await readFile(file, 'utf8')
    const { atime, mtime } = await stat(file)
    await writeFile(file, `${source}\n.late { color: red }`)
    await utimes(file, atime, new Date(mtime.getTime() + 2_000))
    assert.ok((await tags()).some(tag => tag.includes('slider.css')))
    const { effect } = await run('publish')
    assert.equal(effect, 'applied')
    assert.ok(!(await tags()).some(tag => tag.includes('slider.css')))
    await writeFile(file, source)
    await utimes(file, atime, mtime)
  })

  it('leaves a style sheet that does not parse, names it, and goes on with the others', async () => {
    const file = join(place.site.root, 'wp-content/plugins/lab-slider/assets/slider.css')
    const source = await readFile(file, 'utf8')
    await writeFile(file, `${source}\n.broken { color: red`)
    const { result } = await run('publish')
    await writeFile(file, source)
    assert.equal(reason(result.left, 'slider.css'), 'unparsable')
    assert.ok(result.css.files >= 10)
  })

  it('reads no file through a link that leads out of the site', async () => {
    const file = join(place.site.root, 'wp-content/plugins/lab-slider/assets/slider.css')
    await rename(file, `${file}.kept`)
    await symlink('/etc/passwd', file)
    const { result } = await run('plan')
    await rm(file)
    await rename(`${file}.kept`, file)
    assert.equal(reason(result.left, 'slider.css'), 'missing')
  })

  it('refuses a page of another site before anything is fetched', async () => {
    await assert.rejects(run('publish', ['https://elsewhere.example/']), { code: 'url.foreign' })
  })

  it('says of a page that is not there, or is no page', async () => {
    await assert.rejects(run('plan', [`${place.site.url}/nothing-here/`]), { code: 'page.unreachable' })
    await assert.rejects(run('plan', [`${place.site.url}/feed/`]), { code: 'page.unusable' })
  })

  it('changes nothing in maintenance, with PHP dead or the database gone', async () => {
    await place.site.setMaintenance(true)
    await assert.rejects(run('publish'), { code: 'wordpress.maintenance' })
    await place.site.setMaintenance(false)
    await place.site.stopPhp()
    await assert.rejects(run('off'), { code: 'php.unavailable' })
    await place.site.startPhp()
    await place.site.stopMysql()
    await assert.rejects(run('off'), { code: 'php.failed' })
    await place.site.startMysql()
    assert.ok((await builtOnes()) >= 20)
  })

  it('takes itself back where the page is not whole afterwards', async () => {
    await run('off', [])
    const before = await tags(light)
    await kept(light)
    const loader = join(place.site.root, 'wp-content', 'mu-plugins', 'drops.php')
    await writeFile(
      loader,
      `<?php add_filter( 'style_loader_tag', function ( $tag, $handle, $href ) { return strpos( $href, '/platen/assets/' ) ? '' : $tag; }, 10, 3 );`,
    )
    await assert.rejects(run('publish', [light]), { code: 'page.unusable' })
    await rm(loader)
    assert.deepEqual(await tags(light), before)
    assert.deepEqual(await kept(light), { cache: 'HIT', built: 0 }, 'nginx has no copy of the broken page')
  })

  it('fails where WordPress serves the page without any built file, and leaves nothing behind', async () => {
    const loader = join(place.site.root, 'wp-content', 'mu-plugins', 'keeps.php')
    await writeFile(
      loader,
      `<?php add_action( 'init', function () {
      foreach ( array( 'style_loader_src', 'script_loader_src' ) as $hook ) { remove_all_filters( $hook, 999 ); } } );`,
    )
    await assert.rejects(run('publish', [light]), { code: 'page.unusable' })
    await rm(loader)
    assert.equal(await builtOnes(light), 0)
  })

  it('brings the originals back with one call, and files stay for pages that still name them', async () => {
    await run('publish', [light])
    const built = (await tags(light)).find(tag => tag.includes('/platen/assets/'))
    await purge([light])
    const { effect, result } = await run('off', [])
    assert.deepEqual([effect, result.published], ['applied', false])
    assert.deepEqual([await builtOnes(light), await tags()], [0, original])
    assert.match(result.summary, /Pages that nginx has kept follow/)
    assert.ok((await kept(light)).built > 0)
    await purge([light])
    assert.deepEqual(await kept(light), { cache: 'HIT', built: 0 })
    assert.equal((await fetch(built ?? '')).status, 200)
    assert.equal((await run('off', [])).effect, 'none')
  })
})
