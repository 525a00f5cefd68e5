import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { serveMetrics, type MetricsServer } from '../../src/metrics/metrics-server.ts'
import { prometheusMetrics, type PrometheusMetrics } from '../../src/metrics/prometheus.ts'
import { counters } from '../../src/ports/metrics.ts'

describe('metrics', () => {
  let metrics: PrometheusMetrics
  let server: MetricsServer
  before(async () => {
    metrics = prometheusMetrics()
    server = await serveMetrics(metrics, '127.0.0.1', 0)
  })
  after(() => server.close())

  const get = (path: string, method = 'GET'): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`, { method })

  it('tell what was counted, by label, and what is looked up when they are asked', async () => {
    let sessions = 3
    metrics.gauge('link_sessions', () => sessions)
    for (const answer of ['admitted', 'admitted', 'rate.limited']) metrics.count('link_upgrades', answer)
    metrics.count('jobs_offered')
    sessions = 4
    const response = await get('/metrics')
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
    const lines = (await response.text()).split('\n')
    for (const line of [
      'platen_link_upgrades_total{answer="admitted"} 2',
      'platen_link_upgrades_total{answer="rate.limited"} 1',
      'platen_jobs_offered_total 1',
      'platen_link_sessions 4',
    ])
      assert.ok(lines.includes(line), line)
  })

  it('name everything of the tables, and how late the event loop is', async () => {
    const text = await (await get('/metrics')).text()
    for (const name of Object.keys(counters)) assert.match(text, new RegExp(`^# HELP platen_${name}_total `, 'm'))
    assert.match(text, /^platen_nodejs_eventloop_lag_p99_seconds /m)
  })

  it('are served at one address, and nothing else is', async () => {
    for (const [path, method] of [
      ['/', 'GET'],
      ['/metrics/..', 'GET'],
      ['/metrics', 'POST'],
      ['/v1/jobs', 'GET'],
    ] as const)
      assert.equal((await get(path, method)).status, 404)
  })

  it('cannot be served where another program listens', async () => {
    await assert.rejects(serveMetrics(prometheusMetrics(), '127.0.0.1', server.port), { code: 'port.in_use' })
  })
})
