import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { Api } from './api-fixture.ts'
import { claimOne, say } from '../support/agent-words.ts'

const chromium = '/usr/bin/chromium'
const isMissing = !existsSync(chromium) && process.env['PLATEN_ENGINES'] !== 'required'

describe('the front page', () => {
  let api: Api
  before(async () => (api = await Api.open()))
  after(() => api.close())

  it('may run its own script and style, and nothing that somebody else put in', async () => {
    for (const [path, type] of [
      ['/', 'text/html'],
      ['/front-page.js', 'text/javascript'],
      ['/front-page.css', 'text/css'],
    ] as const) {
      const { status, headers } = await api.ask('GET', path, { token: '' })
      assert.deepEqual([status, headers.get('content-type')], [200, `${type}; charset=utf-8`])
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(policy, /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/)
      assert.ok(!policy.includes('unsafe'))
    }
  })

  it('is not needed for the headers: every answer says what it is, for its reader alone', async () => {
    for (const path of ['/', '/openapi.json', '/v1/sites', '/v1/nothing', '/healthz']) {
      const { headers } = await api.ask('GET', path)
      const said = ['x-content-type-options', 'referrer-policy', 'cache-control'].map(name => headers.get(name))
      assert.deepEqual(said, ['nosniff', 'no-referrer', 'no-store'], path)
    }
  })

  it('shows what agents and sites say of themselves as text', { skip: isMissing && 'no chromium', timeout: 60_000 }, async t => {
    const hostile = `<img src=x onerror="document.title='pwned'"><script>document.title='pwned'</script>`
    const agentId = await api.enrol()
    await api.store.agents.seen(agentId, 'sess_1', api.clock.now(), hostile)
    const job = await api.dispatch()
    await claimOne(api.store.jobs, api.mine.siteId, agentId, 90_000, api.clock.now())
    const end = { outcome: 'succeeded', effect: 'applied', result: { summary: hostile } } as const
    await say(api.store.jobs, { siteId: api.mine.siteId, agentId }, job, { type: 'end', epoch: 1, end }, api.clock.now())
    const dom = await rendered(t, `${api.url}/#token=${api.mine.token.read}`)
    assert.equal(dom.match(/&lt;img src=x onerror=/g)?.length, 2)
    assert.ok(!dom.includes('<img') && dom.includes('<title>Platen gateway</title>'))
    assert.ok(dom.includes(job) && dom.includes('/v1/jobs/{id}/cancel'))
  })
})

/** The page as a browser has it after its scripts ran. */
async function rendered(t: { after(call: () => void): void }, url: string): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'platen-front-page-'))
  t.after(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }))
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, '--virtual-time-budget=2000', '--dump-dom']
  const { stdout } = await promisify(execFile)(chromium, [...flags, url], { timeout: 30_000, maxBuffer: 16_777_216 })
  return stdout
}
