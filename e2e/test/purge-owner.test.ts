import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createNativeSite, skipWithoutEngines, startStack, type NativeSite, type Stack } from '@platen/lab'
import type { Browser, Page } from 'playwright-core'
import { keepScreenshot, openBrowser, openPage } from '../src/browser/chromium.ts'

const plugin = join(import.meta.dirname, '..', '..', 'wp-plugin')
const skip = await skipWithoutEngines()
const jobMs = 180_000
const editor = { user: 'erin', password: 'erin-pass' }

for (const version of ['6.1', '7.1'] as const) {
  describe(`purging from the admin bar of WordPress ${version}`, { skip, concurrency: false }, () => {
    let site: NativeSite
    let stack: Stack
    let browser: Browser
    let page: Page
    let wrong: string[]

    /** A new browser session of somebody who has signed in. */
    const signIn = async (user: string, password: string): Promise<void> => {
      const opened = await openPage(browser)
      page = opened.page
      wrong = opened.wrong
      const answer = await page.request.post(`${site.url}/wp-login.php`, { form: { log: user, pwd: password } })
      assert.match(answer.url(), /wp-admin/)
    }
    /** Opens a page of the front end, and answers the question about cookies, which would take the focus away later. */
    const visit = async (path: string): Promise<void> => {
      await page.goto(`${site.url}${path}`)
      await page.locator('#cc-main').getByRole('button', { name: 'No' }).click()
    }
    /** Opens the entry of the admin bar and goes down to the first of its links, by the keyboard alone. */
    const openMenu = async (): Promise<void> => {
      await page.focus('#wp-admin-bar-platen-purge > a')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
    }
    const receipt = async (): Promise<string> => {
      const note = page.locator('.platen-purge-note[data-platen-state="succeeded"]')
      await note.waitFor({ timeout: jobMs })
      return note.innerText()
    }
    const visitorsTitle = async (): Promise<string> =>
      /<title>(.*?)<\/title>/s.exec(await (await site.fetch(site.pages.post)).text())?.[1] ?? ''

    before(async () => {
      site = await createNativeSite({ wordpressVersion: version, plugins: [plugin] })
      stack = await startStack(site)
      browser = await openBrowser()
      await site.wp(
        `wp_insert_user( array( 'user_login' => '${editor.user}', 'user_pass' => '${editor.password}', 'user_email' => 'erin@example.com', 'role' => 'editor' ) );`,
      )
    })
    after(async () => {
      await browser?.close()
      await stack?.stop()
      await site?.stop()
    })

    it('gives visitors the new page when an editor presses “Purge this page”, and shows her the receipt', async () => {
      await visitorsTitle()
      // Past WordPress, so that nothing but the purge can tell the caches of it.
      await site.wp(
        `global $wpdb; $wpdb->query( "UPDATE $wpdb->posts SET post_title = 'An evening' WHERE post_name = 'a-morning-in-the-garden'" );`,
      )
      assert.doesNotMatch(await visitorsTitle(), /An evening/)

      await signIn(editor.user, editor.password)
      await visit(site.pages.post)
      await openMenu()
      assert.equal(await page.locator(':focus').textContent(), 'Purge this page')
      await keepScreenshot(page, `purge-menu-${version}`)
      await page.keyboard.press('Enter')
      const words = await receipt()
      assert.match(words, /\/a-morning-in-the-garden\/\s+New\./)
      assert.equal(page.url(), `${site.url}${site.pages.post}`)
      await keepScreenshot(page, `purge-page-${version}`)
      assert.match(await visitorsTitle(), /An evening/)
    })

    it('has nothing for her that purges everything', async () => {
      assert.equal(await page.locator('#wp-admin-bar-platen-purge-everything, #platen-purge-dialog').count(), 0)
    })

    it('works without JavaScript, by a form that leads back', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() })
      const plain = await context.newPage()
      await plain.goto((await page.getAttribute('#wp-admin-bar-platen-purge-page > a', 'href')) ?? '')
      await plain.click('.platen-purge-screen button')
      while ((await plain.locator('.notice-success').count()) === 0) await plain.getByText('Look again').click({ timeout: jobMs })
      await keepScreenshot(plain, `purge-form-${version}`)
      await plain.getByText('Back to the page').click()
      assert.equal(plain.url(), `${site.url}${site.pages.post}`)
      await context.close()
    })

    it('asks those who manage the site why, before everything is purged', async () => {
      assert.deepEqual(wrong, [])
      await signIn(site.adminUser, site.adminPassword)
      await visit('/')
      await openMenu()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog', { name: 'Purge everything' })
      await dialog.waitFor()
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'hidden' })
      await page.keyboard.press('Enter')
      await dialog.waitFor()
      assert.equal(await dialog.getByLabel('Why').inputValue(), 'Asked for in WordPress')
      await keepScreenshot(page, `purge-dialog-${version}`)
      await dialog.getByLabel('Why').fill('New theme')
      await page.keyboard.press('Enter')
      await receipt()
      await keepScreenshot(page, `purge-everything-${version}`)
    })

    it('keeps a receipt of it on the plugin’s page, in words', async () => {
      await page.goto(`${site.url}/wp-admin/admin.php?page=platen`)
      const details = page.locator('[data-platen-kind-of="cache.purge"] details').first()
      await details.locator('summary').click()
      await details.locator('[data-platen-layer="nginx"]').waitFor()
      assert.match(await details.innerText(), /Page cache\s+purged/)
      assert.ok((await details.locator('[data-platen-page="fresh"]').count()) > 0)
      await keepScreenshot(page, `purge-receipt-${version}`)
      assert.deepEqual(wrong, [])
    })
  })
}
