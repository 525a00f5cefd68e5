import assert from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { removeFolder, skipWithoutEngines, startPhpFpm, temporaryFolder, type PhpFpm } from '@platen/lab'
import type { Clock } from '../../../agent/src/ports/clock.ts'
import { fpmStatus } from '../../../agent/src/site/fpm-status.ts'
import { phpFastCgi } from '../../../agent/src/site/php.ts'

const skip = await skipWithoutEngines()
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
  random: () => 0.5,
}

describe('calling PHP through PHP-FPM', { skip }, () => {
  let directory: string
  let fpm: PhpFpm
  let entry: string

  before(async () => {
    directory = await temporaryFolder()
    await chmod(directory, 0o755)
    await mkdir(join(directory, 'wp-content/plugins/platen'), { recursive: true })
    entry = join(directory, 'wp-content/plugins/platen/entry.php')
    fpm = await startPhpFpm({ directory, user: 'www-data', webUser: 'www-data' })
  })
  after(async () => {
    await fpm.stop()
    await removeFolder(directory)
  })

  const policy = (socket = fpm.socket, url = 'https://shop.example:8443/blog'): Parameters<typeof phpFastCgi>[0] => ({
    site: { root: directory, url, user: 'nobody' },
    php: { socket, statusPath: '/platen-lab-fpm-status' },
  })
  const answering = async (php: string): Promise<ReturnType<typeof phpFastCgi>> => {
    await writeFile(entry, `<?php ${php}`)
    return phpFastCgi(policy(), clock)
  }

  it('says plugin.missing where the plugin has no door', async () => {
    await assert.rejects(phpFastCgi(policy(), clock).call('site.describe', {}), { code: 'plugin.missing' })
  })

  it('gives the call, what marks it, and the site’s address', async () => {
    const channel = await answering(`
      $call = json_decode( file_get_contents( 'php://input' ), true );
      $seen = array( $_SERVER['PLATEN_CALL'], $_SERVER['PLATEN_ROOT'], $_SERVER['REQUEST_METHOD'], $_SERVER['HTTP_HOST'], $_SERVER['SERVER_NAME'],
        $_SERVER['SERVER_PORT'], $_SERVER['HTTPS'], $_SERVER['CONTENT_TYPE'], $call['command'], count( $call['args']['files'] ) );
      header( 'X-Seen: yes' );
      echo json_encode( array( 'ok' => false, 'code' => 'plugin.refused', 'message' => implode( ' ', $seen ) ) );`)
    const files = Array.from(
      { length: 1_000 },
      (_, index) => `wp-content/plugins/some-plugin/some/long/path/to/a/file-${index}-${'x'.repeat(90)}.php`,
    )
    await assert.rejects(channel.call('opcache.reset', { files }), {
      message: `1 ${directory} POST shop.example:8443 shop.example 8443 on application/json opcache.reset 1000`,
    })
  })

  it('takes a large answer whole', async () => {
    const channel = await answering(`
      $name = str_repeat( 'n', 200 );
      $plugin = array( 'slug' => $name, 'name' => $name, 'version' => '1', 'active' => true );
      echo json_encode( array( 'ok' => true, 'value' => array( 'core' => array( 'version' => '7.1' ),
        'php' => array( 'version' => PHP_VERSION, 'memoryLimit' => '128M', 'maxExecutionSeconds' => 30, 'extensions' => get_loaded_extensions() ),
        'plugins' => array_fill( 0, 500, $plugin ), 'themes' => array(),
        'cron' => array( 'events' => 1, 'overdue' => 0, 'oldestOverdueSeconds' => 0, 'disabled' => false ),
        'autoloadedBytes' => 1, 'objectCache' => false, 'debug' => false, 'administrators' => 1 ) ) );`)
    const health = await channel.call('site.health', {})
    assert.equal(health.plugins.length, 500)
    assert.match(health.php.version, /^8\./)
  })

  it('says php.failed of a fatal error, in clean words', async () => {
    const channel = await answering(
      `ini_set( 'display_errors', '0' ); ini_set( 'log_errors', '1' ); error_log( "first\\x1b[31m" ); undefined_function();`,
    )
    await assert.rejects(channel.call('site.describe', {}), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'php.failed')
      assert.match(error.message, /500.*undefined_function/)
      assert.doesNotMatch(error.message, /\p{Cc}/u)
      return true
    })
  })

  it('says php.failed of an answer without end, and wordpress.maintenance of a 503 that says when to come back', async () => {
    const endless = await answering(`ob_implicit_flush(); for ( ;; ) { echo str_repeat( 'x', 65536 ); }`)
    await assert.rejects(endless.call('site.describe', {}), { code: 'php.failed' })
    const maintenance = await answering(`http_response_code( 503 ); header( 'Retry-After: 600' ); echo 'Briefly unavailable';`)
    await assert.rejects(maintenance.call('site.describe', {}), { code: 'wordpress.maintenance' })
  })

  it('ends at its deadline and when it is called off', async () => {
    const channel = await answering('sleep( 2 );')
    await assert.rejects(channel.call('site.describe', {}, { deadlineMs: 100 }), { code: 'php.timeout' })
    const reason = new Error('called off')
    const abort = new AbortController()
    const call = channel.call('site.describe', {}, { signal: abort.signal })
    abort.abort(reason)
    await assert.rejects(call, reason)
    await assert.rejects(channel.call('site.describe', {}, { signal: abort.signal }), reason)
  })

  it('reads the pool’s counters', async () => {
    const status = await fpmStatus(policy(), clock, { deadlineMs: 5_000 })
    assert.equal(status?.pool, 'site')
    assert.equal(status?.processManager, 'dynamic')
    assert.ok((status?.acceptedConnections ?? 0) > 0 && (status?.totalProcesses ?? 0) >= 1)
    assert.equal(await fpmStatus({ php: { socket: fpm.socket } }, clock, { deadlineMs: 5_000 }), undefined)
    await assert.rejects(fpmStatus({ php: { socket: fpm.socket, statusPath: '/none' } }, clock, { deadlineMs: 5_000 }), {
      code: 'php.failed',
    })
  })

  it('says php.unavailable where PHP is dead, no socket is there, or something else answers', async () => {
    const nonsense = createServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(join(directory, 'nonsense.sock'))
    for (const socket of [join(directory, 'none.sock'), join(directory, 'nonsense.sock')]) {
      await assert.rejects(phpFastCgi(policy(socket), clock).call('site.describe', {}), { code: 'php.unavailable' })
    }
    nonsense.close()
    await fpm.stop()
    await assert.rejects(phpFastCgi(policy(), clock).call('site.describe', {}), { code: 'php.unavailable' })
    await assert.rejects(fpmStatus(policy(), clock, { deadlineMs: 5_000 }), { code: 'php.unavailable' })
    await fpm.start()
  })
})
