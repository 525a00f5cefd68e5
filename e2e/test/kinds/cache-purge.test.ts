import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { skipWithoutEngines, waitUntil } from '@platen/lab'
import type { DocumentPolicy, KindCachePurgeInput, KindCachePurgeResult } from '@platen/protocol'
import { cachePurge } from '../../../agent/src/kinds/cache.purge/handler.ts'
import { pageFetcher } from '../../../agent/src/site/fetcher.ts'
import type { ChangeBatch, SiteChanges } from '../../../agent/src/ports/site-changes.ts'
import { knownEntries } from '../../../agent/src/kinds/cache.purge/keys.ts'
import { nginxPageCache } from '../../../agent/src/site/nginx-cache.ts'
import { nginxVisits } from '../../../agent/src/site/nginx-log.ts'
import { redisObjectCache } from '../../../agent/src/site/redis.ts'
import { createPluginSite, runHandler, type PluginSite } from './site-context.ts'

const skip = await skipWithoutEngines()

/** What the site does at the wish of a test: vary by device, set a cookie, differ each time, have nginx keep a 404 for a second. */
const switches = `<?php
// Before WordPress forbids to keep it: nginx 1.22 heeds whichever comes first.
if ( isset( $_GET['short'] ) && '1' === ( $_SERVER['PLATEN_REFRESH'] ?? '' ) ) { header( 'X-Accel-Expires: 1' ); }
add_action( 'send_headers', function () {
  header( 'X-Platen-Made: ' . (int) ( $_SERVER['REQUEST_TIME_FLOAT'] * 1000000 ) );
  if ( isset( $_GET['device'] ) ) { header( 'Vary: X-Device' ); }
  if ( isset( $_GET['cookie'] ) && get_option( 'lab_cookie' ) ) { setcookie( 'seen', '1' ); }
} );
add_action( 'wp_footer', function () {
  echo '<i>title:', esc_html( get_option( 'blogname' ) ), isset( $_SERVER['HTTP_X_DEVICE'] ) ? ':' . esc_html( $_SERVER['HTTP_X_DEVICE'] ) : '', '</i>';
  if ( isset( $_GET['random'] ) ) { echo '<!-- ', wp_rand(), ' -->'; }
} );`

/** WordPress's own flush of the object cache, as the usual drop-ins have it: all that is in the database, whosever it is. */
const flushAll = `public function flush( $below = '' ) {
		if ( '' === $below ) { $this->local = array(); return $this->redis( static function ( $r ) { return $r->flushDB(); }, true ); }`

describe('purging the caches of a real site', { skip, concurrency: false }, () => {
  let ground: PluginSite
  let edits = 0

  before(async () => {
    const bare = await createPluginSite()
    const { site } = bare
    const nginx = {
      ...bare.policy.nginx,
      cacheKey: '$scheme$request_method$host$request_uri',
      cacheLevels: '1:2',
      accessLog: site.nginx.accessLog,
    } as NonNullable<DocumentPolicy['nginx']>
    ground = { ...bare, policy: { ...bare.policy, nginx } }
    await mkdir(join(site.root, 'wp-content/mu-plugins'), { recursive: true })
    await writeFile(join(site.root, 'wp-content/mu-plugins/switches.php'), switches)
    const dropIn = join(site.root, 'wp-content/object-cache.php')
    const ofLab = await readFile(dropIn, 'utf8')
    await writeFile(
      dropIn,
      ofLab.replace("public function flush( $below = '' ) {", () => flushAll),
    )
  })
  after(() => ground?.stop())

  const purge = async (
    input: KindCachePurgeInput,
    policy = ground.policy,
    rest: { readonly changes?: SiteChanges } = {},
  ): Promise<KindCachePurgeResult> => {
    const parts = {
      fetcher: pageFetcher(policy),
      ...(policy.nginx?.accessLog ? { visits: nginxVisits(policy.nginx.accessLog) } : {}),
      ...(policy.nginx?.cachePath ? { pageCache: nginxPageCache(policy.nginx.cachePath) } : {}),
      ...(policy.redis ? { objectCache: redisObjectCache(policy.redis) } : {}),
    }
    return (await runHandler('cache.purge', cachePurge(parts), policy, input, rest)).result
  }
  /** Purges what has changed just now. */
  const bringIntoEffect = async (
    hidden: readonly string[],
    paths: readonly string[],
    policy = ground.policy,
  ): Promise<KindCachePurgeResult> => {
    const now = Date.now() * 1_000
    const [hiddenUrls, pages] = [hidden, paths].map(list => list.map(path => `${ground.site.url}${path}`)) as [string[], string[]]
    const batches: ChangeBatch[] = [
      {
        sinceUs: now,
        atUs: now,
        count: 1,
        what: ['“Hello” was updated'],
        everything: false,
        hidden: hiddenUrls,
        exposed: [],
        cdnTags: { closed: [], changed: [] },
        urgent: [],
        pages,
      },
    ]
    const changes = { take: async () => batches.shift(), needsKept: async () => false, tellKept: async () => undefined }
    return purge({ changes: true }, policy, { changes })
  }
  const everything: KindCachePurgeInput = { everything: true, reason: 'a test' }
  const urls = (...paths: string[]): KindCachePurgeInput => ({ urls: paths.map(path => `${ground.site.url}${path}`) as [string] })
  const get = async (
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ cache: string | null; status: number; title: string | undefined }> => {
    const answer = await ground.site.fetch(path, { headers })
    const title = /<i>title:([^<]*)</.exec(await answer.text())?.[1]
    return { cache: answer.headers.get('x-cache'), status: answer.status, title }
  }
  /** Has the page kept by nginx. */
  const keep = async (path: string, headers: Record<string, string> = {}): Promise<void> => {
    await get(path, headers)
    assert.equal((await get(path, headers)).cache, 'HIT', path)
  }
  const edit = async (): Promise<string> => {
    const title = `edit ${++edits}`
    await ground.site.wp(`update_option( 'blogname', '${title}' );`)
    return title
  }
  const redis = (...args: string[]): string =>
    execFileSync('redis-cli', ['-p', String(ground.site.redis.port), ...args])
      .toString()
      .trim()

  it('shows visitors the new page and proves it; other pages stay as they were kept', async () => {
    await keep('/?a')
    await keep('/?b')
    const title = await edit()
    assert.notEqual((await get('/?a')).title, title)
    const result = await purge(urls('/?a', '/?a#again'))
    assert.deepEqual(
      result.proof.map(({ url, state, status }) => [url, state, status]),
      [[`${ground.site.url}/?a`, 'fresh', 200]],
    )
    assert.deepEqual(
      result.layers.map(({ layer, state }) => `${layer} ${state}`),
      ['object purged', 'opcache kept', 'nginx purged', 'cdn absent'],
    )
    assert.deepEqual(await get('/?a'), { cache: 'HIT', status: 200, title })
    assert.notEqual((await get('/?b')).title, title)
  })

  it('purges everything', async () => {
    await keep('/')
    await keep('/?c')
    await keep('/?c=%41&x={}')
    const title = await edit()
    const result = await purge(everything)
    assert.deepEqual(
      result.layers.map(({ layer, state }) => `${layer} ${state}`),
      ['object purged', 'opcache purged', 'nginx purged', 'cdn absent'],
    )
    for (const path of ['/', '/?c', '/?b', '/?c=%41&x={}']) assert.equal((await get(path)).title, title, path)
    assert.ok(result.refreshed + (result.removed ?? 0) >= 4 && result.proof.every(({ state }) => state === 'fresh'), result.summary)
  })

  it('touches no key but the site’s own, whatever the prefix means to a glob', async () => {
    const { prefix } = ground.policy.redis as { prefix: string }
    redis('set', 'neighbour:a', '1')
    redis('set', `x${prefix}a`, '1')
    redis('set', prefix.slice(0, -1), '1')
    redis('set', `${prefix}own`, '1')
    await purge(everything)
    assert.equal(redis('exists', `${prefix}own`), '0')
    assert.equal(redis('exists', 'neighbour:a', `x${prefix}a`, prefix.slice(0, -1)), '3')
    const glob = redisObjectCache({ url: ground.site.redis.url, database: 0, prefix: 'a*[b-d]?\\^-:' })
    for (const key of ['a*[b-d]?\\^-:x', 'a*[b-d]?\\^-:', 'axb:x', 'aXXc?\\^-:x', 'ab-:x']) redis('set', key, '1')
    assert.equal(await glob.flush(AbortSignal.timeout(5_000)), 2)
    assert.equal(redis('exists', 'axb:x', 'aXXc?\\^-:x', 'ab-:x'), '3')
  })

  it('does not flush under a prefix that WordPress does not use', async () => {
    const { policy } = ground
    redis('set', 'neighbour:b', '1')
    const result = await purge(everything, { ...policy, redis: { ...policy.redis, prefix: 'neighbour:' } as never })
    assert.deepEqual(result.layers[0], { layer: 'object', state: 'failed', count: 0, code: 'redis.mismatch' })
    assert.equal(redis('exists', 'neighbour:b'), '1')
    assert.match(result.summary, /Not purged: object cache/)
  })

  it('does not say purged, nor touches a key, where WordPress uses another database, server or port', async () => {
    const { policy } = ground
    const own = `${policy.redis?.prefix}own`
    const elsewhere = { database: 3, url: ground.site.redis.url }
    redis('set', own, '1')
    redis('-n', '3', 'set', own, '1')
    for (const place of [elsewhere, { database: 0, url: 'redis://127.0.0.1:1' }, { database: 0, url: 'unix:///run/redis.sock' }]) {
      const { layers } = await purge(everything, { ...policy, redis: { ...policy.redis, ...place } as never })
      assert.deepEqual(layers[0], { layer: 'object', state: 'failed', count: 0, code: 'redis.mismatch' }, JSON.stringify(place))
    }
    assert.deepEqual([redis('exists', own), redis('-n', '3', 'exists', own)], ['1', '1'])
    redis('-n', '3', 'del', own)
  })

  it('leaves a neighbour’s keys alone where the policy names no Redis, though WordPress’s flush would take them', async () => {
    const { redis: own, ...policy } = ground.policy
    const keys = ['neighbour:c', `${own?.prefix}own`]
    for (const input of [everything, urls('/?a')]) {
      for (const key of keys) redis('set', key, '1')
      const { layers, proof, summary } = await purge(input, policy)
      assert.deepEqual(layers[0], { layer: 'object', state: 'failed', count: 0, code: 'redis.unnamed' })
      assert.match(summary, /Not purged: object cache \(redis\.unnamed\)/)
      assert.ok(proof.every(({ state }) => state === 'fresh'))
      assert.equal(redis('exists', ...keys), '2')
    }
    await ground.site.wp('wp_cache_flush();')
    assert.equal(redis('exists', ...keys), '0', 'the drop-in of this test empties the database')
  })

  it('says that Redis can’t be used where it only reads, or wants a password, and uses the password that it is told', async () => {
    const { url } = ground.site.redis
    const flush = (at: string): Promise<number> =>
      redisObjectCache({ url: at, database: 0, prefix: 'mine:' }).flush(AbortSignal.timeout(5_000))
    redis('set', 'mine:a', '1')
    redis('replicaof', '127.0.0.1', '1')
    await assert.rejects(flush(url), { code: 'redis.unavailable' })
    redis('replicaof', 'no', 'one')
    redis('config', 'set', 'requirepass', 'secret')
    try {
      await assert.rejects(flush(url), { code: 'redis.unavailable' })
      assert.equal(await flush(url.replace('://', '://:secret@')), 1)
    } finally {
      redis('-a', 'secret', 'config', 'set', 'requirepass', '')
    }
  })

  it('takes a page away that is gone, though nginx keeps no 404', async () => {
    const id = await ground.site.wp(
      `echo wp_insert_post( array( 'post_title' => 'Gone', 'post_name' => 'gone', 'post_type' => 'page', 'post_status' => 'publish' ) );`,
    )
    const { pathname, search } = new URL(await ground.site.wp(`echo get_permalink( ${id} );`))
    await keep(pathname + search)
    await ground.site.wp(`wp_delete_post( ${id}, true );`)
    assert.equal((await get(pathname + search)).status, 200)
    const { proof } = await purge(urls(pathname + search))
    assert.deepEqual([proof[0]?.state, proof[0]?.status], ['fresh', 404])
    assert.equal((await get(pathname + search)).status, 404)
  })

  it('takes a page away that nginx does not keep any more since it sets a cookie', async () => {
    await keep('/?cookie')
    await ground.site.wp(`update_option( 'lab_cookie', 1 );`)
    try {
      const title = await edit()
      const { proof } = await purge(urls('/?cookie'))
      assert.deepEqual([proof[0]?.state, proof[0]?.cache], ['fresh', 'MISS'])
      assert.equal((await get('/?cookie')).title, title)
    } finally {
      await ground.site.wp(`delete_option( 'lab_cookie' );`)
    }
  })

  it('proves pages that differ each time they are made', async () => {
    await keep('/?random')
    const title = await edit()
    const { proof } = await purge(urls('/?random'))
    assert.equal(proof[0]?.state, 'fresh')
    assert.equal((await get('/?random')).title, title)
  })

  it('says unreachable of a page that fails and leaves the good copy of it', async () => {
    await keep('/?fails')
    const breaker = join(ground.site.root, 'wp-content/mu-plugins/breaker.php')
    await writeFile(breaker, `<?php if ( isset( $_GET['fails'] ) ) { http_response_code( 500 ); exit; }`)
    await edit()
    const { proof } = await purge(urls('/?fails', '/?a'))
    assert.deepEqual(
      proof.map(({ url, state }) => [url.slice(ground.site.url.length), state]),
      [
        ['/?fails', 'unreachable'],
        ['/?a', 'fresh'],
      ],
    )
    assert.deepEqual([(await get('/?fails')).status, (await get('/?fails')).cache], [200, 'HIT'])
    await writeFile(breaker, '<?php')
    await assert.rejects(purge(urls('/?a'), { ...ground.policy, site: { ...ground.policy.site, url: 'http://127.0.0.2' } }), {
      code: 'url.foreign',
    })
  })

  const openFileCache = 'open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s; open_file_cache_min_uses 1;'
  for (const [name, settings, cacheKey] of [
    ['', '', undefined],
    [' held open by open_file_cache', openFileCache, undefined],
    [' and whose key has a variable that nobody knows', '', '$scheme$request_method$host$request_uri$device'],
  ] as const) {
    it(`reaches every variant of a page that varies${name}`, async () => {
      const { configFile } = ground.site.nginx
      const original = await readFile(configFile, 'utf8')
      await configure(original.replace('sendfile on;', `sendfile on; ${settings}`))
      try {
        for (const device of ['phone', 'desktop', 'watch']) {
          await keep('/?device', { 'x-device': device })
          await get('/?device', { 'x-device': device })
        }
        await keep('/?cookie')
        const title = await edit()
        for (const device of ['phone', 'desktop'])
          assert.notEqual((await get('/?device', { 'x-device': device })).title, `${title}:${device}`)
        const nginx = { ...ground.policy.nginx, ...(cacheKey === undefined ? {} : { cacheKey }) } as NonNullable<DocumentPolicy['nginx']>
        const { summary } = await purge(urls('/?device', '/?cookie'), { ...ground.policy, nginx })
        assert.match(summary, /reading the whole cache/)
        for (const device of ['phone', 'desktop', 'watch']) {
          assert.equal((await get('/?device', { 'x-device': device })).title, `${title}:${device}`)
        }
        assert.equal((await get('/?cookie')).title, title)
      } finally {
        await configure(original)
      }
    })
  }

  describe('what the plugin noted', () => {
    let id: string
    let path: string
    const text = 'only for those who may'

    before(async () => {
      await ground.site.wp(`update_option( 'permalink_structure', '/%postname%/' ); flush_rewrite_rules();`)
    })
    beforeEach(async () => {
      const name = `noted-${++edits}`
      id = await ground.site.wp(
        `echo wp_insert_post( array( 'post_title' => 'Noted', 'post_name' => '${name}', 'post_content' => '${text}', 'post_status' => 'publish' ) );`,
      )
      path = `/${name}/`
      await keep(path)
      assert.ok((await read(path)).includes(text))
    })
    const read = async (path: string): Promise<string> => (await ground.site.fetch(path)).text()
    const update = (changes: string): Promise<string> => ground.site.wp(`wp_update_post( array( 'ID' => ${id}, ${changes} ) );`)

    for (const [what, change, status] of [
      ['is put into the trash', `'post_status' => 'trash'`, 404],
      ['becomes a draft', `'post_status' => 'draft'`, 404],
      ['becomes private', `'post_status' => 'private'`, 404],
      ['gets a password', `'post_password' => 'secret'`, 200],
    ] as const) {
      it(`shows nobody a post that ${what}`, async () => {
        await update(change)
        const { proof } = await bringIntoEffect([path], ['/'])
        assert.deepEqual([proof.find(({ url }) => url.endsWith(path))?.state, (await ground.site.fetch(path)).status], ['fresh', status])
        assert.ok(!(await read(path)).includes(text))
      })
    }

    it('shows a post at its new address, and leads there from the old one', async () => {
      await update(`'post_name' => 'moved-${id}'`)
      const { proof } = await bringIntoEffect([], [`/moved-${id}/`, path])
      assert.ok(proof.every(({ state }) => state === 'fresh'))
      const answer = await ground.site.fetch(path)
      assert.deepEqual([answer.status, new URL(answer.headers.get('location') ?? '', ground.site.url).pathname], [301, `/moved-${id}/`])
    })

    it('takes away the copy of a page that has moved, though nginx keeps pages with status 200 only', async () => {
      const original = await readFile(ground.site.nginx.configFile, 'utf8')
      await configure(original.replace('fastcgi_cache_valid 200 301 60m;', 'fastcgi_cache_valid 200 60m;'))
      try {
        await update(`'post_name' => 'moved-${id}'`)
        await bringIntoEffect([], [path])
        assert.equal((await ground.site.fetch(path)).status, 301)
      } finally {
        await configure(original)
      }
    })

    it('has nginx keep a 404 for a second in the old copy’s place where PHP asks for it', async () => {
      await keep(`${path}?short`)
      await update(`'post_status' => 'trash'`)
      const now = Date.now() * 1_000
      const { proof } = await bringIntoEffect([], [`${path}?short`])
      // Where PHP took its time, the old copy went first.
      assert.ok(proof[0]?.state === 'fresh' || proof[0]?.state === 'removed')
      assert.equal(proof[0].status, 404)
      const rule = ground.policy.nginx as { cacheKey: string; cacheLevels: string; port: number }
      const known = knownEntries(`${ground.site.url}${path}?short`, rule, false)
      const kept = known && (await nginxPageCache(ground.site.nginx.cachePath).look(known.main))
      assert.ok((kept?.madeUs ?? 0) >= now)
    })

    it('shows the new text within two seconds of the change, without a moment at which nothing is kept', async t => {
      await update(`'post_content' => 'another text'`)
      const { timings, proof } = await bringIntoEffect([], [path, '/'])
      t.diagnostic(`first page new after ${timings?.freshMs} ms, none old after ${timings?.settledMs} ms`)
      assert.ok(proof.every(({ state, madeAt }) => state === 'fresh' && madeAt !== undefined))
      assert.ok((await read(path)).includes('another text'))
    })
  })

  it('works without nginx’s refresh rule where it knows the cache folder, and says so where it does not', async () => {
    const { refreshSecret: _secret, ...nginx } = ground.policy.nginx as NonNullable<typeof ground.policy.nginx>
    await keep('/?a')
    const title = await edit()
    const { proof } = await purge(urls('/?a'), { ...ground.policy, nginx })
    assert.equal(proof[0]?.state, 'fresh')
    assert.equal((await get('/?a')).title, title)
    const { cachePath: _path, ...blind } = nginx
    await keep('/?a')
    await assert.rejects(purge(urls('/?a'), { ...ground.policy, nginx: blind }), { code: 'nginx.no_refresh' })
    await assert.rejects(purge(urls('/?a'), { ...ground.policy, nginx: { ...blind, refreshSecret: 'wrong'.repeat(8) } }), {
      code: 'nginx.no_refresh',
    })
  })

  it('purges the pages though Redis is gone, and says it', async () => {
    await keep('/?a')
    await ground.site.stopRedis()
    const result = await purge(everything)
    assert.deepEqual(result.layers[0], { layer: 'object', state: 'failed', count: 0, code: 'redis.unavailable' })
    // Some are of posts that other tests have put into the trash.
    assert.ok(result.proof.every(({ state, status }) => state === (status === 404 ? 'removed' : 'fresh')))
    await ground.site.startRedis()
  })

  it('does nothing at all in maintenance, with PHP dead, the database gone, nginx away, or a foreign URL among its own', async () => {
    const { site, policy } = ground
    const prefix = policy.redis?.prefix as string
    redis('set', `${prefix}own`, '1')
    await keep('/?a')
    const untouched = async (code: string, input = urls('/?a'), changed = policy): Promise<void> => {
      const steps: string[] = []
      const step = async <T>(name: string, _kind: string, run: () => Promise<T>): Promise<T> => {
        steps.push(name)
        return run()
      }
      const parts = { fetcher: pageFetcher(changed), objectCache: redisObjectCache(policy.redis as never) }
      await assert.rejects(runHandler('cache.purge', cachePurge(parts), changed, input, { step }), { code })
      assert.deepEqual(steps, [])
      assert.equal(redis('exists', `${prefix}own`), '1')
      assert.equal((await get('/?a')).cache, 'HIT')
    }
    await untouched('url.foreign', { urls: [`${site.url}/?a`, 'http://evil.example/'] })
    await untouched('url.invalid', { urls: [`${site.url}/?a`, site.url.replace('://', '://user@')] })
    await untouched('nginx.unavailable', urls('/?a'), { ...policy, nginx: { ...policy.nginx, port: 1 } as never })
    await site.setMaintenance(true)
    await untouched('wordpress.maintenance')
    await site.setMaintenance(false)
    await site.stopPhp()
    await untouched('php.unavailable')
    await site.startPhp()
    await site.stopMysql()
    await untouched('php.failed')
    await site.startMysql()
  })

  /** Changes nginx's configuration and waits until workers of the new one serve. */
  async function configure(text: string): Promise<void> {
    const { configFile, pid } = ground.site.nginx
    const children = (): string => execFileSync('pgrep', ['-P', String(pid)]).toString()
    const before = children().trim().split('\n')
    await writeFile(configFile, text)
    process.kill(pid, 'SIGHUP')
    await waitUntil('nginx’s new workers', 20_000, () => {
      const present = children().trim().split('\n')
      return !present.some(child => before.includes(child))
    })
    // What the old ones closed is not to be used again.
    await turn()
  }
})
