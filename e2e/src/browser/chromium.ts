import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findBinary } from '@platen/lab'
import { chromium, type Browser, type Page } from 'playwright-core'

const shots = join(import.meta.dirname, '..', '..', '..', '.platen', 'screenshots')
const stepMs = 30_000

/** The installed Chromium. As root its sandbox can't start, and the pages are our own. */
export async function openBrowser(): Promise<Browser> {
  const root = process.getuid?.() === 0
  return chromium.launch({
    executablePath: findBinary('chromium') ?? '/usr/bin/chromium',
    args: [
      ...(root ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
    timeout: stepMs,
  })
}

/** A page that keeps what goes wrong in it. */
export async function openPage(browser: Browser): Promise<{ page: Page; wrong: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.setDefaultTimeout(stepMs)
  const wrong: string[] = []
  page.on('pageerror', error => wrong.push(error.message))
  page.on('console', message => {
    // What WordPress itself fetches from others (avatars) is not to be had here, and not ours.
    const { hostname } = new URL(message.location().url || 'http://127.0.0.1')
    if (message.type() === 'error' && hostname === '127.0.0.1') wrong.push(message.text())
  })
  return { page, wrong }
}

/** Keeps a picture of the page to be looked at, below .platen/screenshots. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
