import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError, type KindHealthReportInput, type KindHealthReportResult } from '@platen/protocol'
import { resultValidators } from '@platen/protocol/validators/results'
import { healthReport } from '../../../src/kinds/health.report/handler.ts'
import { sectionMs } from '../../../src/kinds/health.report/section.ts'
import type { PhpChannel } from '../../../src/ports/php-channel.ts'
import type { Samplers } from '../../../src/ports/samplers.ts'
import { healthySamplers, page, policy, wordpress } from './healthy-site.ts'
import { TestClock } from './test-clock.ts'
import { noCdn } from '../../support/no-cdn.ts'
import { noChanges } from '../../support/no-changes.ts'

interface Site {
  readonly samplers: Samplers
  readonly php: PhpChannel
}

interface Run {
  readonly clock: TestClock
  readonly aborted: AbortController
  readonly done: Promise<KindHealthReportResult>
  /** Settles once so many parts have been looked at. */
  readonly seen: (parts: number) => Promise<void>
}

function start(site: Partial<Site> = {}, sections: KindHealthReportInput['sections'] = 'all'): Run {
  const clock = new TestClock()
  const aborted = new AbortController()
  const progress = new EventTarget()
  const handler = healthReport({ samplers: site.samplers ?? healthySamplers(), fetcher: { fetch: () => Promise.resolve(page) } })
  const done = handler({
    jobId: 'job_test',
    attempt: 0,
    input: { sections },
    policy,
    signal: aborted.signal,
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    php: site.php ?? wordpress(),
    changes: noChanges,
    cdn: noCdn,
    progress: parts => void progress.dispatchEvent(new Event(`${parts}`)),
    step: (_name, _kind, run) => run(),
  }).then(({ result, effect }) => {
    assert.equal(effect, 'none')
    assert.ok(resultValidators['health.report']?.(result), JSON.stringify(resultValidators['health.report']?.errors))
    return result
  })
  const seen = (parts: number): Promise<void> =>
    new Promise(resolve => progress.addEventListener(`${parts}`, () => resolve(), { once: true }))
  return { clock, aborted, done, seen }
}

const states = ({ sections }: KindHealthReportResult): Record<string, string> =>
  Object.fromEntries(sections.filter(({ state }) => state !== 'ok').map(({ section, state, code }) => [section, code ?? state]))

const hangs = (): Promise<never> => new Promise(() => undefined)
const dead = (): Promise<never> => Promise.reject(new PlatenError('php.unavailable'))

describe('a health report', () => {
  it('of a healthy site is good, in ten sections', async () => {
    const result = await start().done
    assert.deepEqual(states(result), {})
    assert.equal(result.sections.length, 10)
    assert.deepEqual([result.condition, result.summary], ['good', 'All is well with the 10 parts that were looked at.'])
  })

  it('is there with every part dead, and says so of each', async () => {
    const samplers = {
      machine: () => Promise.reject(new Error('of our own')),
      cgroup: () => Promise.reject(new Error('of our own')),
      disk: () => Promise.reject(new PlatenError('file.denied')),
      fpm: dead,
      nginx: () => Promise.reject(new PlatenError('nginx.unavailable')),
      database: () => Promise.reject(new PlatenError('mysql.unavailable')),
      redis: () => Promise.reject(new PlatenError('redis.unavailable')),
    }
    const result = await start({ samplers, php: { call: dead } }).done
    assert.deepEqual(states(result), {
      machine: 'internal',
      cgroup: 'internal',
      disk: 'file.denied',
      php: 'php.unavailable',
      nginx: 'nginx.unavailable',
      mysql: 'mysql.unavailable',
      redis: 'redis.unavailable',
      wordpress: 'php.unavailable',
      plugins: 'php.unavailable',
      cron: 'php.unavailable',
    })
    assert.equal(result.condition, 'critical')
  })

  it('does not wait for a part that hangs longer than that part’s deadline', async () => {
    const { clock, done, seen } = start({ samplers: { ...healthySamplers(), database: hangs, disk: hangs } })
    await seen(8)
    clock.pass(sectionMs)
    assert.deepEqual(states(await done), { disk: 'job.deadline', mysql: 'mysql.unavailable' })
    assert.equal(clock.waiting, 0)
  })

  it('takes what the site has none of for absent', async () => {
    const { machine, disk, fpm } = healthySamplers()
    const result = await start({ samplers: { machine, disk, fpm, cgroup: () => Promise.resolve(undefined) } }).done
    assert.deepEqual(states(result), { cgroup: 'absent', mysql: 'absent', redis: 'absent' })
    assert.equal(result.condition, 'good')
  })

  it('looks only at what was asked for, in its own order and once', async () => {
    const { sections } = await start({}, ['redis', 'machine', 'redis']).done
    assert.deepEqual(
      sections.map(({ section }) => section),
      ['machine', 'redis'],
    )
  })

  it('asks WordPress each question once', async () => {
    const asked: string[] = []
    const php = wordpress()
    await start({
      php: {
        call: (command, ...rest) => {
          asked.push(command)
          return php.call(command, ...rest)
        },
      },
    }).done
    assert.deepEqual(asked.toSorted(), ['site.describe', 'site.health'])
  })

  it('ends with the job when that is called off', async () => {
    const { aborted, done } = start({ samplers: { ...healthySamplers(), database: hangs } })
    aborted.abort(new PlatenError('job.cancelled'))
    await assert.rejects(done, { code: 'job.cancelled' })
  })
})
