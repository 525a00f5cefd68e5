import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createNativeSite, skipWithoutEngines, startStack, waitUntil, type ApiJob, type NativeSite, type Stack } from '@platen/lab'
import { kinds } from '@platen/protocol'
import type { Browser, Page } from 'playwright-core'
import { keepScreenshot, openBrowser, openPage } from '../src/browser/chromium.ts'

const plugin = join(import.meta.dirname, '..', '..', 'wp-plugin')
const skip = await skipWithoutEngines()
const jobMs = 180_000

/** A job that may be put off. */
type WaitingJob = ApiJob & { readonly attempt: number; readonly notBefore?: string; readonly reason?: { readonly code: string } }

for (const version of ['6.1', '7.1'] as const) {
  describe(`an owner of a site on WordPress ${version}`, { skip, concurrency: false }, () => {
    let site: NativeSite
    let stack: Stack
    let browser: Browser
    let page: Page
    let wrong: string[]

    before(async () => {
      site = await createNativeSite({ wordpressVersion: version, plugins: [plugin] })
      stack = await startStack(site)
      browser = await openBrowser()
      const opened = await openPage(browser)
      page = opened.page
      wrong = opened.wrong
    })
    after(async () => {
      await browser?.close()
      await stack?.stop()
      await site?.stop()
    })

    it('signs in to WP admin and sees that the agent is connected', async () => {
      await page.goto(`${site.url}/wp-login.php`)
      // WordPress moves the focus there a moment after the page has loaded, also from where somebody is typing by then.
      await page.waitForFunction("document.activeElement?.id === 'user_login'")
      await page.fill('#user_login', site.adminUser)
      await page.fill('#user_pass', site.adminPassword)
      await page.click('#wp-submit')
      await page.waitForURL(/wp-admin/)
      await page.goto(`${site.url}/wp-admin/admin.php?page=platen`)
      await page.waitForSelector('[data-platen-link="open"]')
    })

    for (const { name } of kinds) {
      it(`presses the button of ${name} and reads what came of it`, async () => {
        await page.click(`[data-platen-kind="${name}"]`)
        const row = page.locator(`[data-platen-kind-of="${name}"][data-platen-state="succeeded"]`).first()
        await row.waitFor({ timeout: jobMs })
        const words = await row.locator('td').nth(2).textContent()
        assert.ok((words ?? '').length > 10, `no words: ${words}`)
      })
    }

    it('says when Platen may work, and the platform’s jobs keep to that', async () => {
      await page.selectOption('[data-platen-rule="assets.bundle"]', 'never')
      await page.fill('[data-platen-reason="assets.bundle"]', 'Our agency does that.')
      await page.click('[data-platen-add-hours]')
      for (const time of await page.locator('.platen-period input[type="time"]').all()) await time.fill('00:00')
      await page.click('[data-platen-save]')
      await page.getByText('These are quiet hours: heavy jobs wait.').waitFor()
      const { siteId, api } = stack
      const images = { siteId, kind: 'images.optimize', input: { attachments: 'all', mode: 'optimize' } }
      const { id } = await api.request<ApiJob>('POST', '/v1/jobs', images)
      const job = async (): Promise<WaitingJob> => api.request('GET', `/v1/jobs/${id}`)
      await waitUntil('the job to be put off', jobMs, async () => (await job()).reason?.code === 'owner.quiet_hours')
      const { state, attempt, notBefore = '' } = await job()
      assert.deepEqual([state, attempt], ['queued', 0])
      assert.ok(Date.parse(notBefore) > Date.now())
      await api.request('POST', `/v1/jobs/${id}/cancel`)
      const vetoed = await api.runJob(siteId, 'assets.bundle', { urls: [], mode: 'plan' }, jobMs)
      assert.deepEqual([vetoed.state, vetoed.error?.code], ['cancelled', 'owner.vetoed'])
      assert.match(vetoed.error?.message ?? '', /Our agency does that\./)
      assert.equal((await api.runJob(siteId, 'cache.purge', { everything: true, reason: 'test' }, jobMs)).state, 'succeeded')
    })

    it('finds its reasons again when it comes back', async () => {
      await page.reload()
      const reason = page.locator('[data-platen-reason="assets.bundle"]')
      await reason.waitFor()
      assert.equal(await reason.inputValue(), 'Our agency does that.')
    })

    it('leaves a page without errors, of which a picture is kept', async () => {
      await keepScreenshot(page, `owner-${version}`)
      assert.deepEqual(wrong, [])
    })

    it('has jobs that the gateway knows as the owner’s', async () => {
      const { items } = await stack.api.request<{ items: { kind: string; origin: string; state: string }[] }>('GET', '/v1/jobs')
      const owners = items.filter(job => job.origin === 'owner').map(job => `${job.kind} ${job.state}`)
      assert.deepEqual(owners.toSorted(), kinds.map(({ name }) => `${name} succeeded`).toSorted())
    })
  })
}
