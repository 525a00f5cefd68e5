import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { tempFolder } from '../support/temp-folder.ts'
import { childrenOf, writePolicy } from '../support/test-agent.ts'
import { testPolicy } from '../support/test-policy.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'platen-agent')

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

function platenAgent(...args: string[]): Promise<Run> {
  return new Promise(resolve => {
    const child = execFile(program, args, { timeout: 30_000 }, (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }))
  })
}

function policyFile(test: TestContext): { path: string; control: string } {
  const folder = tempFolder(test)
  const { tcp: _tcp, ...agent } = testPolicy(folder).agent
  return { path: writePolicy(folder, testPolicy(folder, { agent, kinds: ['cache.purge'] })), control: agent.control }
}

describe('platen-agent', () => {
  it('explains itself', async () => {
    const { code, out } = await platenAgent('--help')
    assert.equal(code, 0)
    for (const command of ['run', 'exec', 'status', 'receipts', 'doctor', 'enrol']) assert.match(out, new RegExp(`^ +${command} `, 'm'))
  })

  it('runs until SIGTERM, answers status meanwhile, and leaves nothing behind', async test => {
    const { path, control } = policyFile(test)
    const agent = spawn(program, ['run', '--policy', path], { stdio: ['ignore', 'ignore', 'pipe'] })
    test.after(() => agent.kill('SIGKILL'))
    for await (const piece of agent.stderr.setEncoding('utf8') as AsyncIterable<string>) if (piece.includes('agent:ready')) break
    const status = await platenAgent('status', '--json', '--policy', path)
    assert.equal(status.code, 0)
    assert.equal((JSON.parse(status.out) as { link: { state: string } }).link.state, 'none')
    agent.kill('SIGTERM')
    const [code] = (await once(agent, 'exit')) as [number]
    assert.equal(code, 0)
    assert.equal(existsSync(control), false)
    assert.deepEqual(childrenOf(process.pid), [])
  })

  it('says with its exit code whether the request or the machine is at fault', async test => {
    const { path } = policyFile(test)
    const stopped = await platenAgent('status', '--policy', path)
    assert.deepEqual([stopped.code, stopped.out], [1, ''])
    assert.match(stopped.err, /agent\.unavailable/)
    assert.equal((await platenAgent('exec', 'cache.purge', '--policy', path)).code, 2)
    assert.equal((await platenAgent('exec', 'cache.purge', '--input', '{', '--policy', path)).code, 2)
    assert.equal((await platenAgent('exec', 'cache.purge', '--input', '{}', '--policy', '/no/such/file')).code, 2)
    assert.equal((await platenAgent('run', '--policy', '/no/such/file')).code, 2)
  })

  it('finds what is wrong with the site', async test => {
    const { path } = policyFile(test)
    const { code, out } = await platenAgent('doctor', '--json', '--policy', path)
    assert.equal(code, 1)
    const { healthy, findings } = JSON.parse(out) as { healthy: boolean; findings: { check: string; state: string }[] }
    assert.equal(healthy, false)
    assert.ok(findings.some(({ check, state }) => check === 'PHP-FPM’s socket' && state === 'failed'))
    const nothing = await platenAgent('doctor', '--policy', '/no/such/file')
    assert.equal(nothing.code, 1)
    assert.match(nothing.out, /✖ policy file/)
  })

  it('prints nginx’s lines where the policy file has no secret for them', async test => {
    const folder = tempFolder(test)
    const { nginx, ...rest } = testPolicy(folder)
    const { refreshSecret: _secret, ...bare } = nginx as NonNullable<typeof nginx>
    const { out } = await platenAgent('doctor', '--policy', writePolicy(folder, { ...rest, nginx: bare, kinds: ['cache.purge'] }))
    assert.match(out, /^ +map \$http_x_platen_refresh \$platen_refresh \{ default 0; "SECRET" 1; \}$/m)
    assert.match(out, /^ +fastcgi_cache_bypass \$platen_refresh;/m)
  })
})
