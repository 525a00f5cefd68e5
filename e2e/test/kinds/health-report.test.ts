import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { skipWithoutEngines } from '@platen/lab'
import type { DocumentPolicy, KindHealthReportInput, KindHealthReportResult } from '@platen/protocol'
import { healthReport } from '../../../agent/src/kinds/health.report/handler.ts'
import { cgroupState } from '../../../agent/src/site/cgroup.ts'
import { diskState } from '../../../agent/src/site/disk.ts'
import { pageFetcher } from '../../../agent/src/site/fetcher.ts'
import { siteFiles } from '../../../agent/src/site/files.ts'
import { fpmStatus } from '../../../agent/src/site/fpm-status.ts'
import { machineState } from '../../../agent/src/site/machine.ts'
import { databaseState } from '../../../agent/src/site/mysql.ts'
import { nginxStatus } from '../../../agent/src/site/nginx-status.ts'
import { redisState } from '../../../agent/src/site/redis.ts'
import { clock, createPluginSite, runHandler, type PluginSite } from './site-context.ts'

const skip = await skipWithoutEngines()
type Section = KindHealthReportResult['sections'][number]

describe('health.report', { skip, concurrency: false }, () => {
  let place: PluginSite
  const elsewhere = (host: string) => (text: string) => text.replace(/'localhost:[^']*'/, `'${host}'`)

  before(async () => {
    place = await createPluginSite()
  })
  after(() => place?.stop())

  const report = async (
    policy: DocumentPolicy = place.policy,
    sections: KindHealthReportInput['sections'] = 'all',
  ): Promise<KindHealthReportResult> => {
    const { nginx, mysql, redis, site } = policy
    const handler = healthReport({
      fetcher: pageFetcher(policy),
      samplers: {
        machine: machineState,
        cgroup: () => cgroupState(),
        disk: () => diskState(site.root),
        fpm: signal => fpmStatus(policy, clock, { signal, deadlineMs: 5_000 }),
        nginx: signal => nginxStatus(nginx?.statusUrl ?? '', signal),
        database: signal => databaseState(mysql ?? { database: '' }, siteFiles(site.root), signal),
        ...(redis ? { redis: signal => redisState(redis, signal) } : {}),
      },
    })
    const { result, effect } = await runHandler('health.report', handler, policy, { sections })
    assert.equal(effect, 'none')
    return result
  }
  const section = ({ sections }: KindHealthReportResult, name: Section['section']): Section => {
    const found = sections.find(entry => entry.section === name)
    assert.ok(found, name)
    return found
  }
  const states = ({ sections }: KindHealthReportResult): Record<string, string> =>
    Object.fromEntries(sections.filter(({ state }) => state !== 'ok').map(({ section, code, state }) => [section, code ?? state]))

  /** A report while something is changed; the change is taken back whatever comes of it. */
  const reportWhile = async (
    change: () => Promise<unknown>,
    back: () => Promise<unknown>,
    ...asked: Parameters<typeof report>
  ): Promise<KindHealthReportResult> => {
    await change()
    try {
      return await report(...asked)
    } finally {
      await back()
    }
  }
  const withConfig = async (edit: (text: string) => string, ...asked: Parameters<typeof report>): Promise<KindHealthReportResult> => {
    const config = join(place.site.root, 'wp-config.php')
    const text = await readFile(config, 'utf8')
    const edited = edit(text)
    assert.notEqual(edited, text)
    return reportWhile(
      () => writeFile(config, edited),
      () => writeFile(config, text),
      ...asked,
    )
  }

  it('says of a healthy site what it runs on', async () => {
    const result = await report()
    assert.deepEqual(states(result), {})
    assert.ok(Number(section(result, 'machine').facts['memory.totalBytes']) > 0)
    assert.ok(Number(section(result, 'disk').facts['site.freePct']) > 0)
    assert.match(String(section(result, 'php').facts['version']), /^\d+\.\d+/)
    assert.ok(Number(section(result, 'php').facts['fpm.totalProcesses']) > 0)
    assert.ok(Number(section(result, 'nginx').facts['requests.total']) > 0)
    assert.equal(section(result, 'nginx').facts['frontPage.status'], 200)
    assert.ok(Number(section(result, 'mysql').facts['tables.count']) >= 12)
    assert.match(String(section(result, 'redis').facts['version']), /^\d+\./)
    assert.match(String(section(result, 'wordpress').facts['version']), /^\d+\./)
    assert.equal(section(result, 'plugins').facts['platen.active'], true)
    assert.ok(Number(section(result, 'cron').facts['events']) > 0)
  })

  it('tells no secret', async () => {
    const text = JSON.stringify(await report())
    assert.ok(!text.includes(place.site.mysql.password))
    assert.ok(!text.includes(place.site.nginx.refreshSecret))
  })

  it('looks at nothing but what was asked for', async () => {
    const { sections } = await report(place.policy, ['disk', 'redis'])
    assert.deepEqual(
      sections.map(entry => entry.section),
      ['disk', 'redis'],
    )
  })

  it('goes on where PHP is dead, and calls that critical', async () => {
    const { site } = place
    const result = await reportWhile(
      () => site.stopPhp(),
      () => site.startPhp(),
    )
    assert.deepEqual(states(result), {
      php: 'php.unavailable',
      wordpress: 'php.unavailable',
      plugins: 'php.unavailable',
      cron: 'php.unavailable',
    })
    assert.equal(result.condition, 'critical')
    assert.ok(Number(section(result, 'mysql').facts['tables.count']) >= 12)
  })

  it('goes on where the database is gone', async () => {
    const { site } = place
    const result = await reportWhile(
      () => site.stopMysql(),
      () => site.startMysql(),
    )
    assert.equal(states(result)['mysql'], 'mysql.unavailable')
    for (const name of ['machine', 'disk', 'php', 'redis'] as const) assert.equal(section(result, name).state, 'ok', name)
    assert.ok(Number(section(result, 'php').facts['fpm.totalProcesses']) > 0)
    assert.equal(result.condition, 'critical')
  })

  it('goes on where Redis is gone', async () => {
    const { site } = place
    const result = await reportWhile(
      () => site.stopRedis(),
      () => site.startRedis(),
    )
    assert.equal(states(result)['redis'], 'redis.unavailable')
    assert.equal(section(result, 'mysql').state, 'ok')
  })

  it('goes on where nginx is gone', async () => {
    const { site } = place
    const result = await reportWhile(
      () => site.stopNginx(),
      () => site.startNginx(),
    )
    assert.deepEqual(states(result), { nginx: 'nginx.unavailable' })
    assert.equal(result.condition, 'critical')
  })

  it('goes on where the database accepts and never answers', { timeout: 60_000 }, async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    assert.ok(typeof address === 'object' && address)
    const { port } = address
    const { database } = place.site.mysql
    const policy = { ...place.policy, mysql: { host: '127.0.0.1', port, database } }
    const result = await withConfig(elsewhere(`127.0.0.1:${port}`), policy, ['mysql', 'disk']).finally(() => silent.close())
    assert.deepEqual(states(result), { mysql: 'mysql.unavailable' })
  })

  it('goes on where the database of WordPress hangs, and hears of PHP from its workers', { timeout: 60_000 }, async () => {
    const { pid } = place.site.mysql
    const result = await reportWhile(
      async () => process.kill(pid, 'SIGSTOP'),
      async () => process.kill(pid, 'SIGCONT'),
    )
    assert.equal(states(result)['mysql'], 'mysql.unavailable')
    for (const name of ['machine', 'disk', 'php', 'redis'] as const) assert.equal(section(result, name).state, 'ok', name)
    for (const { section, tookMs } of result.sections) assert.ok(tookMs < 12_000, `${section} took ${tookMs} ms`)
  })

  it('says that WordPress is in maintenance', async () => {
    const { site } = place
    const result = await reportWhile(
      () => site.setMaintenance(true),
      () => site.setMaintenance(false),
      place.policy,
      ['wordpress'],
    )
    assert.equal(section(result, 'wordpress').facts['maintenance'], true)
  })

  it('asks no database that wp-config.php names and the policy file does not', async () => {
    const result = await withConfig(elsewhere('203.0.113.9'), place.policy, ['mysql'])
    assert.deepEqual(states(result), { mysql: 'mysql.mismatch' })
  })
})
