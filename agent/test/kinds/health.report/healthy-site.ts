import type { DocumentPolicy, SiteDescribeValue, SiteHealthValue } from '@platen/protocol'
import type { Page } from '../../../src/ports/page-fetcher.ts'
import type { PhpChannel } from '../../../src/ports/php-channel.ts'
import type { CgroupState, DatabaseState, DiskState, FpmStatus, MachineState, RedisState, Samplers } from '../../../src/ports/samplers.ts'

const GB = 1_000_000_000

/** The figures of a site that nobody has to worry about; tests change the one that they are about. */
export const machineFigures: MachineState = {
  os: 'Debian GNU/Linux 13 (trixie)',
  kernel: 'Linux 6.12.0 x64',
  cpus: 4,
  load1: 0.5,
  cpuPct: 10,
  memoryTotalBytes: 8 * GB,
  memoryAvailableBytes: 4 * GB,
  swapTotalBytes: 0,
  swapUsedBytes: 0,
  uptimeSeconds: 86_400,
}

export const cgroupFigures: CgroupState = {
  version: 2,
  memoryLimitBytes: 2 * GB,
  memoryUsedBytes: GB,
  oomKills: 0,
  cpuLimitCores: 2,
  throttledPct: 1,
  processes: 20,
  processesLimit: 500,
  cpuPressurePct: 0,
  memoryPressurePct: 0,
  ioPressurePct: 0,
}

const volume = { device: 1, totalBytes: 100 * GB, freeBytes: 60 * GB, inodes: 1_000_000, inodesFree: 900_000 }
export const diskFigures: DiskState = { root: volume, uploads: volume }

export const fpmFigures: FpmStatus = {
  pool: 'www',
  processManager: 'dynamic',
  acceptedConnections: 100,
  listenQueue: 0,
  maxListenQueue: 0,
  idleProcesses: 3,
  activeProcesses: 1,
  totalProcesses: 4,
  maxActiveProcesses: 2,
  maxChildrenReached: 0,
  slowRequests: 0,
  startedSecondsAgo: 3600,
}

export const databaseFigures: DatabaseState = {
  version: '11.8.3-MariaDB',
  uptimeSeconds: 3600,
  connections: 3,
  connectionsLimit: 150,
  runningQueries: 1,
  slowQueries: 0,
  tables: 12,
  tablesBytes: 1_000_000,
  tablesNotInnodb: 0,
  autoloadedOptions: 300,
  autoloadedBytes: 100_000,
}

export const redisFigures: RedisState = {
  version: '8.0.2',
  usedBytes: 10_000_000,
  maxBytes: 128_000_000,
  evictionPolicy: 'allkeys-lru',
  evictedKeys: 0,
  hits: 95_000,
  misses: 5_000,
  clients: 4,
  uptimeSeconds: 3600,
  keys: 500,
}

export const health: SiteHealthValue = {
  core: { version: '7.1' },
  php: {
    version: '8.4.11',
    memoryLimit: '256M',
    maxExecutionSeconds: 30,
    extensions: ['curl', 'mysqli'],
    opcache: { usedBytes: 50_000_000, freeBytes: 80_000_000, wastedPct: 0, scripts: 800, hitPct: 99 },
  },
  plugins: [{ slug: 'platen', name: 'Platen', version: '1.0.0', active: true }],
  themes: [{ slug: 'twentytwentyfive', version: '1.3', active: true }],
  cron: { events: 12, overdue: 0, oldestOverdueSeconds: 0, disabled: false },
  autoloadedBytes: 100_000,
  objectCache: true,
  debug: false,
  administrators: 1,
}

export const describing: SiteDescribeValue = {
  pluginVersion: '1.0.0',
  wordpressVersion: '7.1',
  phpVersion: '8.4.11',
  homeUrl: 'https://shop.example',
  siteUrl: 'https://shop.example',
  contentUrl: 'https://shop.example/wp-content',
  uploadsUrl: 'https://shop.example/wp-content/uploads',
  contentPath: 'wp-content',
  uploadsPath: 'wp-content/uploads',
  blogId: 1,
  multisite: false,
  tablePrefix: 'wp_',
  database: { host: 'localhost', name: 'shop' },
  maintenance: false,
}

export const page: Page = { status: 200, headers: { 'x-cache': 'HIT' }, body: Buffer.from('<!doctype html>'), tookMs: 20 }

export const policy: DocumentPolicy = {
  version: 1,
  site: { root: '/srv/shop', url: 'https://shop.example', user: 'shop' },
  agent: { user: 'platen', state: '/var/lib/platen', socket: '/run/platen/agent.sock', control: '/run/platen/control.sock' },
  kinds: ['health.report'],
  limits: { memoryMb: 256 },
  php: { socket: '/run/php.sock' },
  nginx: { host: '127.0.0.1', port: 443, tls: true, user: 'www-data', cacheHeader: 'X-Cache' },
}

/** Every part there and well. */
export function healthySamplers(): Required<Samplers> {
  return {
    machine: () => Promise.resolve(machineFigures),
    cgroup: () => Promise.resolve(cgroupFigures),
    disk: () => Promise.resolve(diskFigures),
    fpm: () => Promise.resolve(fpmFigures),
    nginx: () => Promise.resolve({ active: 1, accepted: 10, handled: 10, requests: 20, reading: 0, writing: 1, waiting: 0 }),
    database: () => Promise.resolve(databaseFigures),
    redis: () => Promise.resolve(redisFigures),
  }
}

/** The plugin's side of the two questions that the report asks. */
export function wordpress(answers: { readonly health?: SiteHealthValue; readonly describe?: SiteDescribeValue } = {}): PhpChannel {
  return {
    call: command => {
      const value: unknown = command === 'site.health' ? (answers.health ?? health) : (answers.describe ?? describing)
      return Promise.resolve(value as never)
    },
  }
}
