/** Valid documents, inputs and results, from which what is hostile is made. */
import { createHash } from 'node:crypto'
import { kinds } from '@platen/protocol'

const uuid = '01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00'
export const ids = { siteId: `site_${uuid}`, agentId: `agent_${uuid}`, jobId: `job_${uuid}` } as const
const emptyHash = createHash('sha256').update('{}').digest('base64url')
const key = 'H6dYw0pZtR3sLx9vQnKf2gBcM7jUaEo5TiWrXy1hV8s'

export const bundle: object = {
  version: 1,
  siteId: ids.siteId,
  siteUrl: 'https://example.com',
  token: key,
  expiresAt: '2100-01-01T00:00:00.000Z',
  gateways: ['https://gateway.example', 'http://127.0.0.1:8871'],
  signerRoot: key,
}

/** Names a receipt. */
export const anchor: object = { chain: 'A'.repeat(22), seq: 1, hash: emptyHash, signature: 'A'.repeat(86) }

/** What the plugin appends to the spool. */
export const spooled: readonly object[] = [
  { at: 1_795_100_000_123_456, url: 'http://shop.example/', status: 200, tags: ['post:1', 'option:blogname'], partial: true },
  { at: 1_795_100_000_123_456, what: 'x', tags: ['post:1'], hidden: [], urls: ['http://shop.example/'], trees: [] },
]

export const certificate: object = { key, notBefore: 0, notAfter: 4_000_000_000_000 }

/** For a job of that kind with an empty input. */
export const grant: object = { ...ids, attempt: 1, epoch: 3, kind: 'cache.purge', inputHash: emptyHash, expiresAt: 4_000_000_000_000 }

export const policy: object = {
  version: 1,
  site: { root: '/srv/site', url: 'https://example.com', user: 'site' },
  agent: {
    user: 'platen',
    state: '/var/lib/platen',
    socket: '/run/platen/agent.sock',
    control: '/run/platen/control.sock',
    tcp: { port: 9000, secret: key },
  },
  kinds: kinds.map(({ name }) => name),
  limits: { memoryMb: 512 },
  php: { socket: '/run/php.sock', statusPath: '/fpm-status' },
  nginx: {
    host: '127.0.0.1',
    port: 80,
    tls: false,
    user: 'www-data',
    cachePath: '/var/cache/nginx',
    refreshSecret: key,
    statusUrl: 'http://127.0.0.1/status',
    cacheHeader: 'X-Cache',
  },
  redis: { url: 'redis://127.0.0.1:6379', database: 0, prefix: 'shop:' },
  mysql: { socket: '/run/mysqld.sock', database: 'wordpress' },
}

export const inputs: readonly unknown[] = [
  ...kinds.map(({ usualInput }) => usualInput),
  { urls: ['https://example.com/'], tags: ['a'] },
  { attachments: [1, 2, 3] },
  { sections: ['machine', 'php'] },
  { pages: ['https://example.com/'] },
]

const totals = { files: 1, bytesBefore: 10, bytesAfter: 5 }

/** One of each kind. */
export const results: readonly object[] = [
  {
    summary: 'Done',
    layers: [{ layer: 'nginx', state: 'purged', count: 1 }],
    proof: [{ url: 'https://example.com/', state: 'fresh', cache: 'HIT', status: 200 }],
    refreshed: 1,
  },
  {
    summary: 'Well',
    condition: 'attention',
    sections: [
      { section: 'disk', state: 'ok', tookMs: 1, facts: { 'disk.usedPct': 91.5 }, findings: [{ level: 'attention', text: 'It fills up' }] },
    ],
  },
  {
    summary: 'Done',
    attachments: 1,
    files: { made: 1, kept: 0, unchanged: 0, restored: 0, failed: 0 },
    bytesBefore: 10,
    bytesAfter: 5,
    items: [{ attachment: 1, file: '2024/05/a.jpg', outcome: 'made', before: 10, after: 5 }],
  },
  {
    summary: 'Done',
    mode: 'publish',
    published: true,
    bundle: '0123456789abcdef',
    css: totals,
    js: totals,
    left: [{ url: 'https://example.com/a.js', reason: 'no gain' }],
    pages: [{ url: 'https://example.com/', css: 1, js: 1 }],
  },
]

/** What the plugin of a site that is well says, by command. */
export const pluginValues: Readonly<Record<'site.describe' | 'site.health' | 'images.list' | 'assets.state', object>> = {
  'site.describe': {
    pluginVersion: '0.1.0',
    wordpressVersion: '7.1',
    phpVersion: '8.4',
    homeUrl: 'https://example.com',
    siteUrl: 'https://example.com',
    contentUrl: 'https://example.com/wp-content',
    uploadsUrl: 'https://example.com/wp-content/uploads',
    contentPath: 'wp-content',
    uploadsPath: 'wp-content/uploads',
    blogId: 1,
    multisite: false,
    tablePrefix: 'wp_',
    database: { host: 'localhost', name: 'wordpress' },
    objectCache: { prefix: 'shop:' },
    maintenance: false,
  },
  'site.health': {
    core: { version: '7.1', update: '7.2' },
    php: { version: '8.4', memoryLimit: '256M', maxExecutionSeconds: 30, extensions: ['gd'] },
    plugins: [{ slug: 'platen', name: 'Platen', version: '0.1.0', active: true }],
    themes: [{ slug: 'twentytwentyfive', version: '1.0', active: true }],
    cron: { events: 10, overdue: 0, oldestOverdueSeconds: 0, disabled: false },
    autoloadedBytes: 1_000,
    objectCache: true,
    debug: false,
    administrators: 1,
  },
  'images.list': {
    items: [
      {
        id: 1,
        mime: 'image/jpeg',
        original: '2024/05/a.jpg',
        files: [{ file: '2024/05/a.jpg', width: 1, height: 1, crop: false }],
        served: { '2024/05/a.jpg': '2024/05/a.jpg.webp' },
      },
    ],
    total: 1,
  },
  'assets.state': { bundle: '0123456789abcdef', publishedAt: 1_795_000_000_000 },
}
