import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { cgroup, disk, machine } from '../../../src/kinds/health.report/machine-sections.ts'
import type { Look, Section } from '../../../src/kinds/health.report/section.ts'
import { lookAt } from '../../../src/kinds/health.report/section.ts'
import { mysql, nginx, redis } from '../../../src/kinds/health.report/service-sections.ts'
import { cron, php, plugins, wordpress } from '../../../src/kinds/health.report/wordpress-sections.ts'
import * as well from './healthy-site.ts'
import { TestClock } from './test-clock.ts'

const look = (part: Look): Promise<Section> => lookAt('machine', part, new TestClock(), new AbortController().signal)
const told = async (part: Look): Promise<string[]> => (await look(part)).findings.map(({ level, text }) => `${level}: ${text}`)
const samplers = well.healthySamplers()
const ask = (health = well.health, describing = well.describing) => ({
  health: () => Promise.resolve(health),
  describe: () => Promise.resolve(describing),
})
const broken = {
  health: () => Promise.reject(new PlatenError('php.failed')),
  describe: () => Promise.reject(new PlatenError('php.failed')),
}

describe('the section of the machine', () => {
  it('tells what memory, swap and load are short of', async () => {
    const state = { ...well.machineFigures, memoryAvailableBytes: 1, swapTotalBytes: 10, swapUsedBytes: 6, load1: 9 }
    assert.deepEqual(await told(machine({ ...samplers, machine: () => Promise.resolve(state) })), [
      'critical: Only 0 % of the server’s memory is available.',
      'attention: 60 % of the swap is in use.',
      'attention: The server has more to do than it can: load 9.0 on 4 cores.',
    ])
  })
})

describe('the section of the container', () => {
  const of = (state: Partial<typeof well.cgroupFigures>): Promise<string[]> =>
    told(cgroup({ ...samplers, cgroup: () => Promise.resolve({ ...well.cgroupFigures, ...state }) }))

  it('has nothing to say without limits', async () => {
    assert.deepEqual(await of({ memoryLimitBytes: null, cpuLimitCores: null, throttledPct: null, memoryPressurePct: null }), [])
  })

  it('tells what its limits cost', async () => {
    assert.deepEqual(await of({ memoryLimitBytes: 1_000_000_001, oomKills: 2, throttledPct: 30 }), [
      'critical: 100 % of the container’s memory is in use.',
      'attention: 2 processes were ended because memory ran out.',
      'attention: The container waits for its CPU quota in 30 % of the time.',
    ])
  })
})

describe('the section of the disk', () => {
  const full = { ...well.diskFigures.root, freeBytes: 0 }

  it('tells of one disk once, though site and uploads are on it', async () => {
    assert.deepEqual(await told(disk({ ...samplers, disk: () => Promise.resolve({ root: full, uploads: full }) })), [
      'critical: Only 0 % of the site’s disk is free.',
    ])
  })

  it('tells of the uploads’ own disk', async () => {
    const uploads = { ...well.diskFigures.root, device: 2, inodesFree: 80_000 }
    assert.deepEqual(await told(disk({ ...samplers, disk: () => Promise.resolve({ ...well.diskFigures, uploads }) })), [
      'attention: Only 8 % of the inodes of the uploads’ disk are free: there are too many files.',
    ])
  })

  it('knows no share of inodes where the file system has no bound on them', async () => {
    const root = { ...well.diskFigures.root, inodes: 0, inodesFree: 0 }
    const { facts, findings } = await look(disk({ ...samplers, disk: () => Promise.resolve({ root }) }))
    assert.deepEqual([facts['site.inodesFreePct'], findings], [null, []])
  })
})

describe('the section of PHP', () => {
  it('tells of its workers where WordPress is broken', async () => {
    const { state, facts } = await look(php(samplers, broken))
    assert.deepEqual([state, facts['fpm.totalProcesses'], facts['version']], ['ok', 4, undefined])
  })

  it('fails with WordPress where its workers can’t be asked', async () => {
    const { state, code } = await look(php({ ...samplers, fpm: () => Promise.resolve(undefined) }, broken))
    assert.deepEqual([state, code], ['failed', 'php.failed'])
  })

  it('fails where its workers are dead', async () => {
    const { code } = await look(php({ ...samplers, fpm: () => Promise.reject(new PlatenError('php.unavailable')) }, ask()))
    assert.equal(code, 'php.unavailable')
  })

  it('tells what is old, off, full or waiting', async () => {
    const { opcache: _, ...settings } = { ...well.health.php, version: '8.1.30' }
    const fpm = { ...well.fpmFigures, listenQueue: 12, maxChildrenReached: 3, slowRequests: 5 }
    assert.deepEqual(await told(php({ ...samplers, fpm: () => Promise.resolve(fpm) }, ask({ ...well.health, php: settings }))), [
      'critical: Requests wait for a PHP worker: 12.',
      'attention: PHP 8.1.30 gets no security fixes any more.',
      'attention: Opcache is off, so PHP compiles every file at every request.',
      'attention: PHP needed more workers than it may have 3 times.',
      'attention: Requests that were slow since PHP-FPM started: 5.',
    ])
  })
})

describe('the section of nginx', () => {
  const of = (page: Partial<typeof well.page>): Look =>
    nginx(samplers, { fetch: () => Promise.resolve({ ...well.page, ...page }) }, well.policy)

  it('tells how the front page was answered', async () => {
    const { facts } = await look(of({}))
    assert.deepEqual([facts['frontPage.status'], facts['frontPage.tookMs'], facts['frontPage.cache']], [200, 20, 'HIT'])
  })

  it('calls an error on the front page critical, and a slow one worth a look', async () => {
    assert.deepEqual(await told(of({ status: 500, tookMs: 1_500 })), [
      'critical: The front page answers with the error 500.',
      'attention: The front page takes 1.5 s to answer.',
    ])
  })
})

describe('the section of the database', () => {
  it('tells of connections, options and tables that need a look', async () => {
    const state = { ...well.databaseFigures, connections: 149, autoloadedBytes: 900_000, tablesNotInnodb: 2 }
    assert.deepEqual(await told(mysql({ ...samplers, database: () => Promise.resolve(state) })), [
      'critical: 99 % of the database’s connections are in use.',
      'attention: Every request loads 900 kB of options; plugins that are gone may have left some.',
      'attention: 2 tables are not InnoDB: a crash can break them.',
    ])
  })
})

describe('the section of Redis', () => {
  const of = (state: Partial<typeof well.redisFigures>): Promise<Section> =>
    look(redis({ ...samplers, redis: () => Promise.resolve({ ...well.redisFigures, ...state }) }))

  it('judges the hit rate only after enough lookups', async () => {
    assert.deepEqual((await of({ hits: 1, misses: 99 })).findings, [])
    assert.equal((await of({ hits: 10_000, misses: 10_000 })).findings.length, 1)
  })

  it('has no limit of memory where the server has none', async () => {
    const { facts } = await of({ maxBytes: 0 })
    assert.deepEqual([facts['memory.limitBytes'], facts['memory.usedPct']], [null, null])
  })
})

describe('the section of WordPress', () => {
  it('tells of updates, debugging and maintenance', async () => {
    const health = { ...well.health, core: { version: '7.1', update: '7.2' }, debug: true }
    assert.deepEqual(await told(wordpress(ask(health, { ...well.describing, maintenance: true }))), [
      'attention: WordPress is in maintenance: an update is under way, or one broke off.',
      'attention: WordPress 7.2 is out; this is 7.1.',
      'attention: WP_DEBUG is on: visitors may see errors.',
    ])
  })
})

describe('the section of plugins', () => {
  const many = Array.from({ length: 500 }, (_, at) => ({
    slug: `a name/${at}`.padEnd(200, 'x'),
    name: `Name ${at}`,
    version: 'v'.repeat(200),
    active: at % 2 === 0,
    update: '2.0',
  }))

  it('keeps to its bounds, however many there are', async () => {
    const { facts, findings } = await look(plugins(ask({ ...well.health, plugins: many })))
    assert.ok(Object.keys(facts).length <= 400)
    const [versions, updates] = ['.version', '.update'].map(end => Object.keys(facts).filter(name => name.endsWith(end)).length)
    assert.equal(versions, updates, 'a plugin is listed in part')
    assert.ok(Object.keys(facts).every(name => /^[\w.-]{1,64}$/.test(name)))
    assert.deepEqual([facts['count'], facts['active'], facts['outdated'], findings.length], [500, 250, 500, 1])
  })

  it('has the version of each', async () => {
    assert.equal((await look(plugins(ask()))).facts['platen.version'], '1.0.0')
  })
})

describe('the section of scheduled work', () => {
  it('tells how late it is', async () => {
    const late = { events: 3, overdue: 1, oldestOverdueSeconds: 1_200, disabled: true }
    assert.deepEqual(await told(cron(ask({ ...well.health, cron: late }))), [
      'attention: Scheduled work is 20 minutes late; WordPress’s own cron is off.',
    ])
  })
})
