import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createWasmSite, type WasmSite } from '@platen/lab'
import { processesNaming } from '../processes.ts'

describe('a WebAssembly site', { concurrency: false }, () => {
  let site: WasmSite
  let plugin: string

  before(async () => {
    plugin = await mkdtemp(join(tmpdir(), 'platen-lab-plugin-'))
    await writeFile(
      join(plugin, 'hello.php'),
      '<?php /* Plugin Name: Hello */ add_action( "wp_footer", function () { echo "<!-- ", LAB_GREETING, " -->"; } );',
    )
    site = await createWasmSite({ plugins: [plugin], phpConstants: { LAB_GREETING: 'good morning' } })
  })
  after(async () => {
    await site.stop()
    await rm(plugin, { recursive: true })
    assert.deepEqual(await processesNaming(site.directory), [])
    assert.equal(existsSync(site.directory), false)
  })

  it('answers its very first request with its front page, under its own address', async () => {
    const answer = await site.fetch('/')
    const html = await answer.text()
    assert.equal(answer.status, 200)
    assert.match(html, /A morning in the garden/)
    assert.ok(html.includes(`${site.url}/wp-content/uploads/`))
    assert.ok(!html.includes('127.0.0.1:40404'))
  })

  it('runs the plugins that it was given, with the constants that it was given', async () => {
    assert.match(await (await site.fetch('/about/')).text(), /<!-- good morning -->/)
  })

  it('shows on its front page at most six attachments, each with its sizes', async () => {
    const ids = new Set(
      Array.from((await (await site.fetch('/')).text()).matchAll(/wp-content\/uploads\/2026\/03\/(\w+-\d+)[-.]/g), match => match[1]),
    )
    assert.equal(ids.size, 6)
    const sizes = await site.wp(
      'foreach ( get_posts( array( "post_type" => "attachment", "numberposts" => -1, "post_mime_type" => "image/jpeg" ) ) as $a ) { echo count( wp_get_attachment_metadata( $a->ID )["sizes"] ), " "; }',
    )
    assert.deepEqual(
      sizes
        .trim()
        .split(' ')
        .filter(count => Number(count) >= 5).length,
      6,
    )
  })

  it('sees what is written into its folder from outside, and shows its own writing there', async () => {
    await writeFile(join(site.root, 'wp-content', 'uploads', 'from-outside.txt'), 'hello from outside')
    assert.equal(await (await site.fetch('/wp-content/uploads/from-outside.txt')).text(), 'hello from outside')
    await site.wp('file_put_contents( WP_CONTENT_DIR . "/uploads/from-inside.txt", "hello from inside" );')
    assert.equal(await readFile(join(site.root, 'wp-content', 'uploads', 'from-inside.txt'), 'utf8'), 'hello from inside')
  })

  it('tells PHP’s own words when a snippet fails', async () => {
    await assert.rejects(site.wp('no_such_function();'), { code: 'lab.command_failed', message: /no_such_function/ })
  })

  it('lets its administrator log in', async () => {
    const body = new URLSearchParams({ log: site.adminUser, pwd: site.adminPassword, testcookie: '1' })
    const answer = await site.fetch('/wp-login.php', {
      method: 'POST',
      body,
      headers: { cookie: 'wordpress_test_cookie=WP%20Cookie%20check' },
    })
    assert.match(answer.headers.getSetCookie().join('\n'), /wordpress_logged_in_/)
  })
})
