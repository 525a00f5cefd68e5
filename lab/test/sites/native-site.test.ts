import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createNativeSite, measurePage, skipWithoutEngines, type NativeSite, type WordpressVersion } from '@platen/lab'
import { processesNaming } from '../processes.ts'

const skip = await skipWithoutEngines()
const versions: readonly WordpressVersion[] = ['6.1', '7.1']

for (const version of versions) {
  describe(`a native site of WordPress ${version}`, { skip, concurrency: false }, () => {
    let site: NativeSite

    before(async () => {
      site = await createNativeSite({ wordpressVersion: version, phpConstants: { LAB_ODD: "it's \\ odd" } })
    })
    after(() => site.stop())

    it('runs the version that was asked for, as a user of its own', async () => {
      const said = await site.wp('echo get_bloginfo( "version" ), " ", posix_getpwuid( posix_geteuid() )["name"], " ", LAB_ODD;')
      assert.match(said, new RegExp(`^${version.replace('.', '\\.')}\\.\\d+ ${site.siteUser.name} it's \\\\ odd$`))
    })

    it('answers every named page with 200', async () => {
      for (const [name, path] of Object.entries(site.pages)) assert.equal((await site.fetch(path)).status, 200, name)
    })

    it('has its pages cached by nginx: MISS, then HIT', async () => {
      const path = '/contact/'
      assert.equal((await site.fetch(path)).headers.get('x-cache'), 'MISS')
      assert.equal((await site.fetch(path)).headers.get('x-cache'), 'HIT')
    })

    it('has a cached page replaced by a request with the refresh secret, and by no other', async () => {
      await site.fetch('/imprint/')
      await site.wp('wp_update_post( array( "ID" => get_page_by_path( "imprint" )->ID, "post_content" => "freshly printed" ) );')
      const wrong = await site.fetch('/imprint/', { headers: { 'x-platen-refresh': 'guess' } })
      assert.equal(wrong.headers.get('x-cache'), 'HIT')
      const right = await site.fetch('/imprint/', { headers: { 'x-platen-refresh': site.nginx.refreshSecret } })
      assert.equal(right.headers.get('x-cache'), 'BYPASS')
      const later = await site.fetch('/imprint/')
      assert.equal(later.headers.get('x-cache'), 'HIT')
      assert.match(await later.text(), /freshly printed/)
    })

    it('never caches what a logged-in visitor sees', async () => {
      const answer = await site.fetch('/contact/', { headers: { cookie: 'wordpress_logged_in_x=1' } })
      assert.equal(answer.headers.get('x-cache'), 'BYPASS')
    })

    it('keeps its object cache in Redis, below a prefix of its own', async () => {
      await site.wp('wp_cache_set( "kept", array( "a" => 1 ), "lab" );')
      assert.equal(await site.wp('echo wp_json_encode( wp_cache_get( "kept", "lab" ) );'), '{"a":1}')
      await site.stopRedis()
      assert.equal((await site.fetch('/?without-redis')).status, 200)
      await site.startRedis()
    })

    it('has two dozen photographs with every size that WordPress makes, a PNG and a small picture', async () => {
      const listed = await site.wp(`foreach ( get_posts( array( 'post_type' => 'attachment', 'numberposts' => -1 ) ) as $a ) {
        $meta = wp_get_attachment_metadata( $a->ID );
        $wanted = array_filter( wp_get_registered_image_subsizes(), function ( $s ) use ( $meta ) { return $s['width'] && $meta['width'] > $s['width'] || $s['height'] && $meta['height'] > $s['height']; } );
        $folder = dirname( get_attached_file( $a->ID ) );
        $there = array_filter( $meta['sizes'], function ( $s ) use ( $folder ) { return is_file( "$folder/$s[file]" ); } );
        echo $a->post_mime_type, ' ', count( array_diff( array_keys( $wanted ), array_keys( $there ) ) ), ' ', count( $there ), "\\n"; }`)
      const rows = listed
        .trim()
        .split('\n')
        .map(line => line.split(' '))
      assert.equal(rows.filter(([type]) => type === 'image/jpeg').length, 25)
      assert.equal(rows.filter(([type]) => type === 'image/png').length, 1)
      assert.deepEqual(
        rows.filter(([, missing]) => missing !== '0'),
        [],
      )
      assert.equal(rows.filter(([, , sizes]) => sizes === '0').length, 1)
    })

    it('has the posts, pages, comments, terms and menus of a real site', async () => {
      const counted =
        await site.wp(`echo wp_json_encode( array( (int) wp_count_posts()->publish, (int) wp_count_posts( 'page' )->publish, (int) wp_count_comments()->approved,
        (int) wp_count_terms( array( 'taxonomy' => 'category', 'hide_empty' => true ) ), count( wp_get_nav_menu_items( 'Main' ) ), (int) wp_count_posts( 'wp_navigation' )->publish ) );`)
      assert.deepEqual(JSON.parse(counted), [14, 4, 15, 3, 4, 1])
    })

    it('has a heavy page of at least 1.4 MB in at least 30 requests, at most 300 KiB of it pictures', async () => {
      const weight = await measurePage(`${site.url}${site.pages.heavy}`)
      assert.deepEqual(
        weight.requests.filter(request => request.status !== 200),
        [],
      )
      assert.ok(weight.requests.length >= 30, `${weight.requests.length} requests`)
      assert.ok(weight.bytes >= 1.4 * 1024 * 1024, `${weight.bytes} bytes`)
      assert.ok(weight.imageBytes <= 300 * 1024, `${weight.imageBytes} bytes of pictures`)
    })

    it('answers the Ajax call of its booking form', async () => {
      const body = new URLSearchParams({ action: 'lab_booking_quote', place: 'dune', nights: '3' })
      const answer = await site.fetch('/wp-admin/admin-ajax.php', { method: 'POST', body })
      assert.deepEqual(await answer.json(), { success: true, data: { price: 165 } })
    })

    it('lets its administrator log in', async () => {
      const body = new URLSearchParams({ log: site.adminUser, pwd: site.adminPassword, testcookie: '1' })
      const answer = await site.fetch('/wp-login.php', {
        method: 'POST',
        body,
        headers: { cookie: 'wordpress_test_cookie=WP%20Cookie%20check' },
      })
      assert.equal(answer.status, 302)
      assert.match(answer.headers.getSetCookie().join('\n'), /wordpress_logged_in_/)
    })

    it('tells the state of nginx and PHP-FPM on loopback', async () => {
      assert.match(await (await fetch(site.nginx.statusUrl)).text(), /Active connections/)
      assert.match(await (await site.fetch(site.php.statusPath)).text(), /process manager/)
    })

    it('keeps the database password from other users', async () => {
      assert.equal((await stat(join(site.root, 'wp-config.php'))).mode & 0o777, 0o640)
    })

    it('shows each fault that a test asks for, and recovers from it', async () => {
      await site.stopPhp()
      assert.equal((await site.fetch('/?php-is-dead')).status, 502)
      await site.startPhp()
      await site.stopMysql()
      assert.equal((await site.fetch('/?database-is-gone')).status, 500)
      await site.startMysql()
      await site.setMaintenance(true)
      assert.equal((await site.fetch('/?maintenance')).status, 503)
      await site.setMaintenance(false)
      assert.equal((await site.fetch('/?all-is-well')).status, 200)
    })
  })
}

describe('ending native sites', { skip }, () => {
  it('leaves no process and no folder behind', async () => {
    const site = await createNativeSite({ content: 'bare' })
    const running = await processesNaming(site.directory)
    assert.ok(running.length >= 3, 'nginx, PHP-FPM and MariaDB name the folder')
    await site.stop()
    await site.stop()
    assert.deepEqual(await processesNaming(site.directory), [])
    assert.equal(existsSync(site.directory), false)
  })

  it('leaves nothing behind either when bringing one up fails', async () => {
    const before = (await readdir('/tmp')).filter(name => name.startsWith(`platen-lab-${process.pid}-`))
    await assert.rejects(createNativeSite({ content: 'bare', plugins: ['/usr/share/doc/passwd'] }), { code: 'lab.site_failed' })
    const left = (await readdir('/tmp')).filter(name => name.startsWith(`platen-lab-${process.pid}-`))
    assert.deepEqual(left, before)
  })
})
