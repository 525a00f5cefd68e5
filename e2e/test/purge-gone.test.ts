import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { LocalStatus } from '@platen/protocol'
import { createNativeSite, skipWithoutEngines, startStack, waitUntil, type NativeSite, type Stack } from '@platen/lab'

const plugin = join(import.meta.dirname, '..', '..', 'wp-plugin')
const skip = await skipWithoutEngines()
const keptMs = 60_000
/** What is promised: that long after an event nobody gets an old page. */
const promisedMs = 3_000

/** Has nginx keep one copy a device and encoding, where its configuration says so. */
const varies = `<?php
if ( isset( $_SERVER['LAB_VARIES'] ) ) {
  add_action( 'send_headers', function () { header( 'Vary: Accept-Encoding, X-Device' ); } );
  add_action( 'wp_head', function () { echo '<meta name="device" content="', esc_attr( $_SERVER['HTTP_X_DEVICE'] ?? 'none' ), '">'; } );
}`

/** Visitors by what tells them apart. */
const visitors: Readonly<Record<string, Record<string, string>>> = {
  'a browser': { 'accept-encoding': 'gzip' },
  'a phone': { 'accept-encoding': 'gzip', 'x-device': 'phone' },
  'a program': {},
}

/** How nginx is set up: what is put in the place of what in its configuration, which keeps answers of status 200. */
const setups: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  'keeps a copy for each device and encoding': [
    ['fastcgi_cache_valid 200 12h', 'fastcgi_cache_valid 200 301 404 12h'],
    ['fastcgi_cache PAGES;', 'fastcgi_cache PAGES; fastcgi_param LAB_VARIES 1;'],
  ],
  'keeps answers of status 200 alone': [],
  'holds files open': [['sendfile on;', 'sendfile on; open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;']],
}

/** What becomes of a post that visitors have been given. */
const events: Readonly<Record<string, string>> = {
  'was put into the trash': `wp_trash_post( $id );`,
  'is a draft again': `wp_update_post( array( 'ID' => $id, 'post_status' => 'draft' ) );`,
  'has another address': `wp_update_post( array( 'ID' => $id, 'post_name' => get_post( $id )->post_name . '-moved' ) );`,
  'has a password': `wp_update_post( array( 'ID' => $id, 'post_password' => 'sesame' ) );`,
}
const moves = 'has another address'

interface Answer {
  readonly status: number
  readonly cache: unknown
  readonly body: string
}

/** A post that visitors know. */
interface Post {
  readonly id: string
  readonly path: string
  /** Nobody else says this. */
  readonly words: string
}

describe('three seconds after a post has gone, on a site', { skip, concurrency: false }, () => {
  let site: NativeSite
  let stack: Stack
  let original: string

  before(async () => {
    site = await createNativeSite({ content: 'bare', plugins: [plugin], cacheEverything: [200] })
    await mkdir(join(site.root, 'wp-content/mu-plugins'), { recursive: true })
    await writeFile(join(site.root, 'wp-content/mu-plugins/varies.php'), varies)
    original = await readFile(site.nginx.configFile, 'utf8')
    stack = await startStack(site)
  })
  after(async () => {
    await stack?.stop()
    await site?.stop()
  })

  const visit = async (path: string, headers: Record<string, string>): Promise<Answer> => {
    const { port } = new URL(site.url)
    const [response] = (await once(get({ host: '127.0.0.1', port, path, headers, agent: false }), 'response')) as [IncomingMessage]
    const { statusCode = 0, headers: got } = response
    if (got['content-encoding'] !== 'gzip') return { status: statusCode, cache: got['x-cache'], body: await text(response) }
    const body = gunzipSync(Buffer.concat(await response.toArray())).toString()
    return { status: statusCode, cache: got['x-cache'], body }
  }
  /** Until the agent has done all that there was to do. */
  const idle = (): Promise<void> =>
    waitUntil('an idle agent', keptMs, async () => {
      const status = await stack.programs.text(stack.programs.agent('status', '--policy', stack.policyFile, '--json'))
      return (JSON.parse(status) as LocalStatus).running === 0
    })
  const configure = async (changes: readonly (readonly [string, string])[]): Promise<void> => {
    let config = original
    for (const [from, to] of changes) {
      assert.ok(config.includes(from), from)
      config = config.replaceAll(from, to)
    }
    await site.stopNginx()
    await writeFile(site.nginx.configFile, config)
    await site.startNginx()
  }
  const lists = ['/', '/feed/']

  /** Publishes a post for each event. */
  const publish = async (setup: string): Promise<readonly Post[]> => {
    const names = Object.keys(events).map((_, at) => `gone ${Object.keys(setups).indexOf(setup)} ${at}`)
    const inserts = names.map(
      name => `$id = wp_insert_post( array( 'post_title' => 'Title of ${name}', 'post_content' => 'Words of ${name}.', 'post_status' => 'publish' ) );
        echo $id, ' ', wp_make_link_relative( get_permalink( $id ) ), "\\n";`,
    )
    const lines = (await site.wp(inserts.join('\n'))).trim().split('\n')
    return names.map((name, at) => {
      const [id = '', path = ''] = lines[at]?.split(' ') ?? []
      return { id, path, words: `Words of ${name}.` }
    })
  }
  /** Visitors of each kind come until nginx has a page for each of them, with these words on it. */
  const keep = async (path: string, words: readonly string[]): Promise<void> => {
    for (const [visitor, headers] of Object.entries(visitors)) {
      await waitUntil(`a kept copy of ${path} for ${visitor}`, keptMs, async () => {
        const { cache, body } = await visit(path, headers)
        return cache === 'HIT' && words.every(word => body.includes(word))
      })
    }
  }
  /** Who gets what that is old. */
  const old = async ({ path, words }: Post, isMoved: boolean): Promise<readonly string[]> => {
    const asked = [path, ...lists].flatMap(url => Object.entries(visitors).map(([visitor, headers]) => ({ url, visitor, headers })))
    const found = asked.map(async ({ url, visitor, headers }) => {
      const { body, status, cache } = await visit(url, headers)
      const isOld = isMoved && url !== path ? body.includes(`${path}"`) || body.includes(`${path}</link>`) : body.includes(words)
      return isOld ? [`${visitor} gets ${url} as it was (${status} ${String(cache)})`] : []
    })
    return (await Promise.all(found)).flat()
  }

  for (const [setup, changes] of Object.entries(setups)) {
    describe(`whose nginx ${setup}`, () => {
      /** By event. */
      let found: readonly (readonly string[])[]

      before(async () => {
        await idle()
        await configure(changes)
        const posts = await publish(setup)
        await Promise.all(posts.map(({ path, words }) => keep(path, [words])))
        for (const path of lists)
          await keep(
            path,
            posts.map(({ words }) => words),
          )
        await idle()
        // Side by side, as on a site with several editors.
        await Promise.all(Object.values(events).map((php, at) => site.wp(`$id = ${posts[at]?.id}; ${php}`)))
        await delay(promisedMs)
        found = await Promise.all(Object.keys(events).map((event, at) => old(posts[at] as Post, event === moves)))
      })

      for (const [at, event] of Object.keys(events).entries()) {
        it(`nobody gets an old page of one that ${event}`, () => {
          assert.deepEqual(found[at], [])
        })
      }
    })
  }
})
