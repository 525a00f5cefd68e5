import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { ReceiptSigned } from '@platen/protocol'
import { createNativeSite, skipWithoutEngines, startStack, waitUntil, type NativeSite, type Stack } from '@platen/lab'
import type { Browser, Page } from 'playwright-core'
import { keepScreenshot, openBrowser, openPage } from '../src/browser/chromium.ts'

const plugin = join(import.meta.dirname, '..', '..', 'wp-plugin')
const skip = await skipWithoutEngines()
/** A page that visitors get too late is told in milliseconds; one that they never get is a failure. */
const freshMs = 60_000
const editor = { user: 'erin', password: 'erin-pass' }
/** What a visitor gets. */
interface Answer {
  readonly status: number
  readonly cache: unknown
  /** When PHP made it. */
  readonly made: unknown
  readonly body: string
}

const kept = (headers: Readonly<Record<string, unknown>>): Pick<Answer, 'cache' | 'made'> => ({
  cache: headers['x-cache'],
  made: headers['x-platen-made'],
})

/** Posts of a bulk edit. */
const many = 500
const bulkMs = 120_000

for (const version of ['6.1', '7.1'] as const) {
  describe(`what visitors of WordPress ${version} see of a change`, { skip, concurrency: false }, () => {
    let site: NativeSite
    let stack: Stack
    let browser: Browser
    let page: Page
    /** The post, and the pages that list it. */
    let post: string
    let lists: string[]

    const answer = async (path: string): Promise<Answer> => {
      const response = await site.fetch(path)
      const { status, headers } = response
      return { ...kept(Object.fromEntries(headers)), status, body: await response.text() }
    }
    /** Visitors come until nginx has the pages. */
    const keep = async (...paths: string[]): Promise<void> => {
      for (const path of paths) {
        await waitUntil(`a kept copy of ${path}`, freshMs, async () => (await answer(path)).cache === 'HIT')
      }
    }
    /** Every page is what it should be for a visitor; says how long that took from now. */
    const seen = async (test: TestContext, paths: string[], isNew: (page: Answer) => boolean): Promise<void> => {
      const since = performance.now()
      for (const path of paths) {
        await waitUntil(`the change on ${path}`, freshMs, async () => isNew(await answer(path)))
        test.diagnostic(`${path} ${Math.round(performance.now() - since)} ms after it was saved`)
      }
    }
    const signIn = async (): Promise<void> => {
      page = (await openPage(browser)).page
      const answered = await page.request.post(`${site.url}/wp-login.php`, { form: { log: editor.user, pwd: editor.password } })
      assert.match(answered.url(), /wp-admin/)
    }
    const receipts = async (): Promise<ReceiptSigned[]> =>
      (await stack.programs.text(stack.programs.agent('receipts', '--policy', stack.policyFile, '--json')))
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as ReceiptSigned)

    before(async () => {
      site = await createNativeSite({ wordpressVersion: version, plugins: [plugin], cacheEverything: [200, 301, 404] })
      stack = await startStack(site)
      browser = await openBrowser()
      await site.wp(
        `wp_insert_user( array( 'user_login' => '${editor.user}', 'user_pass' => '${editor.password}', 'user_email' => 'erin@example.com', 'role' => 'editor' ) );`,
      )
      post = site.pages.post
      lists = [site.pages.home, site.pages.archive, site.pages.feed]
      await signIn()
    })
    after(async () => {
      await browser?.close()
      await stack?.stop()
      await site?.stop()
    })

    it('is what an editor saved in the block editor, on the post, the home page, the archive and the feed', async test => {
      const id = await site.wp(`echo url_to_postid( home_url( '${post}' ) );`)
      await site.wp(
        `wp_update_post( array( 'ID' => ${id}, 'post_date' => current_time( 'mysql' ), 'post_category' => array( get_category_by_slug( 'journeys' )->term_id ), 'edit_date' => true ) );`,
      )
      await page.goto(`${site.url}/wp-admin/post.php?post=${id}&action=edit`)
      await page.waitForFunction(`window.wp?.data?.select( 'core/editor' )?.getCurrentPostId?.() > 0`)
      await page.evaluate(`wp.data.dispatch( 'core/preferences' )?.set( 'core/edit-post', 'welcomeGuide', false )`)
      const canvas = page.frameLocator('iframe[name="editor-canvas"]')
      const title =
        (await page.locator('iframe[name="editor-canvas"]').count()) > 0
          ? canvas.locator('h1')
          : page.locator('h1.editor-post-title, textarea.editor-post-title__input')
      await keep(post, ...lists)
      await title.click()
      await page.keyboard.press('Control+A')
      await page.keyboard.type('An evening by the sea')
      await keepScreenshot(page, `edit-typed-${version}`)
      const saved = page.waitForResponse(
        response => response.request().method() !== 'GET' && /wp(?:%2F|\/)v2(?:%2F|\/)posts/.test(response.url()),
      )
      await page.keyboard.press('Control+S')
      assert.equal((await saved).status(), 200)
      await seen(test, [...lists, post], ({ body }) => body.includes('An evening by the sea'))
      await keepScreenshot(page, `edit-saved-${version}`)
    })

    /** A request of the editor's to the REST API, sent as WordPress's own scripts send it. */
    const byRest = async (method: 'POST' | 'DELETE', id: string, fields: object): Promise<void> => {
      const nonce = await (await page.request.get(`${site.url}/wp-admin/admin-ajax.php?action=rest-nonce`)).text()
      const response = await page.request.fetch(`${site.url}/?rest_route=/wp/v2/posts/${id}`, {
        method: 'POST',
        data: fields,
        headers: { 'x-wp-nonce': nonce, 'x-http-method-override': method },
      })
      assert.equal(response.status(), 200, await response.text())
    }
    /** A post that is published already. Gives its id, and its path. */
    const made = async (title: string, date = ''): Promise<{ id: string; path: string }> => {
      const [id = '', path = ''] = (
        await site.wp(
          `$id = wp_insert_post( array( 'post_title' => '${title}', 'post_content' => 'Of ${title}.', 'post_status' => 'publish', 'post_date' => '${date}' ) ); echo $id, ' ', wp_make_link_relative( get_permalink( $id ) );`,
        )
      ).split(' ')
      return { id, path }
    }

    it('is the page as it was while she only writes', async () => {
      const old = await made('Long ago', '2019-01-01 00:00:00')
      await keep(old.path, post)
      const before = await answer(post)
      await page.keyboard.type(' and more')
      const saved = page.waitForResponse(response => response.url().includes('autosaves') && response.request().method() !== 'GET')
      await page.evaluate(`wp.data.dispatch( 'core/editor' ).autosave()`)
      assert.equal((await saved).status(), 200)
      // What was told later is carried out later.
      await byRest('POST', old.id, { content: 'Told after the autosave' })
      await waitUntil('the later change', freshMs, async () => (await answer(old.path)).body.includes('Told after the autosave'))
      const after = await answer(post)
      assert.deepEqual([after.cache, after.made], ['HIT', before.made])
    })

    it('is nothing of a post that she took away, wherever its text was', async test => {
      const ways: Readonly<Record<string, (id: string) => Promise<void>>> = {
        trashed: id => byRest('DELETE', id, {}),
        unpublished: id => byRest('POST', id, { status: 'draft' }),
        locked: id => byRest('POST', id, { password: 'sesame' }),
      }
      for (const [name, takeAway] of Object.entries(ways)) {
        const { id, path } = await made(`Secret ${name}`)
        await waitUntil(`${name} in the feed`, freshMs, async () => (await answer('/feed/')).body.includes(`Of Secret ${name}.`))
        await keep(path, '/feed/')
        await takeAway(id)
        await seen(test, [path, '/feed/'], ({ body }) => !body.includes(`Of Secret ${name}.`))
      }
    })

    it('is a post at its new address, and where the old one leads', async test => {
      const { id, path } = await made('Moved')
      await keep(path)
      await waitUntil('a kept answer of the new address', freshMs, async () => (await answer('/elsewhere/')).cache === 'HIT')
      await byRest('POST', id, { slug: 'elsewhere' })
      await seen(test, ['/elsewhere/'], ({ body }) => body.includes('Of Moved.'))
      await seen(test, [path], ({ status }) => status === 301)
    })

    it('is as new under addresses that clients spell in their own way', async test => {
      const { id } = await made('Spelt')
      for (const asked of ["/?s=it's+spelt", '/?s=café+spelt', '/?']) {
        // Whatever fetch would make of it.
        const path = Buffer.from(asked).toString('latin1')
        const spelt = async (): Promise<Answer> => {
          const [response] = (await once(get({ host: '127.0.0.1', port: new URL(site.url).port, path }), 'response')) as [IncomingMessage]
          return { ...kept(response.headers), status: response.statusCode ?? 0, body: await text(response) }
        }
        await site.wp(`wp_update_post( array( 'ID' => ${id}, 'post_content' => "At first: it's spelt, café spelt." ) );`)
        await waitUntil(`a kept copy of ${asked}`, freshMs, async () => {
          const { cache, body } = await spelt()
          return cache === 'HIT' && body.includes('At first')
        })
        await byRest('POST', id, { content: "And then: it's spelt, café spelt." })
        await waitUntil(`the change on ${asked}`, freshMs, async () => (await spelt()).body.includes('And then'))
        test.diagnostic(asked)
      }
    })

    it(`is all of a bulk edit of ${many} posts, by few jobs`, async test => {
      await site.wp(
        `for ( $at = 0; $at < ${many}; $at++ ) { wp_insert_post( array( 'post_title' => "Bulk $at", 'post_content' => 'Before.', 'post_status' => 'publish', 'post_date' => '2020-01-01 00:00:00' ) ); }`,
        bulkMs,
      )
      const paths = ['/bulk-0/', `/bulk-${many - 1}/`]
      await keep(...paths)
      const before = (await receipts()).length
      await site.wp(
        `foreach ( get_posts( array( 'numberposts' => -1, 's' => 'Before.' ) ) as $post ) { wp_update_post( array( 'ID' => $post->ID, 'post_content' => 'After.' ) ); }`,
        bulkMs,
      )
      await seen(test, paths, ({ body }) => body.includes('After.'))
      await waitUntil('a receipt', freshMs, async () => (await receipts()).length > before)
      const jobs = new Set((await receipts()).slice(before).flatMap(({ receipt }) => ('job' in receipt ? [receipt.job] : [])))
      test.diagnostic(`${jobs.size} jobs`)
      // One at a time: another begins only for what was told when the first had ended.
      assert.ok(jobs.size < 10, `${jobs.size} jobs`)
    })
  })
}
