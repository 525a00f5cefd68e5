/** Valid documents, inputs and results, from which what is hostile is made. */
import { kinds } from '@platen/protocol'

const uuid = '01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00'
export const ids = { siteId: `site_${uuid}`, agentId: `agent_${uuid}`, jobId: `job_${uuid}` } as const
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

export const certificate: object = { key, notBefore: 0, notAfter: 4_000_000_000_000 }

export const grant: object = { ...ids, attempt: 1, epoch: 3, kind: 'cache.purge', inputHash: key, expiresAt: 4_000_000_000_000 }

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
  redis: { url: 'redis://127.0.0.1:6379', database: 0, prefix: 'wp:' },
  mysql: { socket: '/run/mysqld.sock', database: 'wordpress' },
}

export const inputs: readonly unknown[] = [
  ...kinds.map(({ usualInput }) => usualInput),
  { urls: ['https://example.com/'], tags: ['a'] },
  { attachments: [1, 2, 3] },
  { sections: ['machine', 'php'] },
  { pages: ['https://example.com/'] },
]

export const results: readonly unknown[] = [
  {
    summary: 'Done',
    layers: [{ layer: 'nginx', outcome: 'done', count: 1 }],
    proof: [{ url: 'https://example.com/', fresh: true }],
    refreshed: 1,
  },
  { summary: 'Done', sections: {}, findings: [] },
  { summary: 'Done', attachments: [], bytesBefore: 10, bytesAfter: 5 },
  { summary: 'Done', files: [], pages: [] },
]
