import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { skipWithoutEngines, tryCommand, type CommandResult } from '@platen/lab'
import type { DocumentPolicy } from '@platen/protocol'
import { createForeignSite, type ForeignSite } from '../src/foreign-site/foreign-site.ts'

const program = join(import.meta.dirname, '..', '..', 'agent', 'bin', 'platen-agent')
const skip = (await skipWithoutEngines()) || (process.getuid?.() === 0 ? false : 'needs root')
const commandMs = 120_000

describe('platen-agent init on a site of somebody else’s', { skip, concurrency: false }, () => {
  let site: ForeignSite
  let policyFile: string
  let untouched: readonly string[]

  before(async () => {
    site = await createForeignSite()
    policyFile = join(site.directory, 'policy.json')
    untouched = files()
  })
  after(async () => {
    await agent('init', '--undo')
    await site?.stop()
  })

  const agent = (...words: string[]): Promise<CommandResult> =>
    tryCommand(program, [...words, '--policy', policyFile], { timeoutMs: commandMs, cwd: '/' })
  const exec = (kind: string, input: unknown): Promise<CommandResult> => agent('exec', kind, '--input', JSON.stringify(input))
  const policy = (): DocumentPolicy => JSON.parse(readFileSync(policyFile, 'utf8')) as DocumentPolicy
  const files = (): readonly string[] =>
    readdirSync(join(site.root, 'wp-content'), { recursive: true, encoding: 'utf8' })
      .filter(name => !name.startsWith('upgrade'))
      .toSorted()

  it('refuses a folder without WordPress, and changes nothing', async () => {
    const { exitCode, stderr } = await agent('init', '--site', site.directory)
    assert.equal(exitCode, 1)
    assert.match(stderr, /wordpress\.not_found/)
    assert.deepEqual([existsSync(policyFile), files()], [false, untouched])
  })

  it('refuses a configuration that is not nginx’s as bad input', async () => {
    const { exitCode, stderr } = await agent('init', '--site', site.root, '--nginx', join(site.root, 'wp-config.php'))
    assert.equal(exitCode, 2)
    assert.match(stderr, /input\.invalid/)
    assert.equal(existsSync(policyFile), false)
  })

  it('takes no keys in Redis for the site’s without root’s word for it, and changes nothing', async () => {
    for (const [words, why] of [
      [[], /--redis-prefix PREFIX is missing/],
      [['--redis-prefix', 'shop'], /colon/],
    ] as const) {
      const { exitCode, stderr } = await agent('init', '--site', site.root, '--redis', 'redis://127.0.0.1:6379', ...words)
      assert.deepEqual([exitCode, existsSync(policyFile), files()], [2, false, untouched])
      assert.match(stderr, why)
    }
  })

  it('takes no name for the CDN’s address, and changes nothing', async () => {
    const { exitCode, stderr } = await agent('init', '--site', site.root, '--cdn', 'shop.example')
    assert.deepEqual([exitCode, existsSync(policyFile), files()], [2, false, untouched])
    assert.match(stderr, /--cdn is no IP address/)
  })

  it('finds the rest from the system, and prints what it did not find and nginx’s lines', async () => {
    const { exitCode, stdout, stderr } = await agent('init', '--site', site.root)
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /Redis: not named/)
    assert.match(stdout, /fastcgi_cache_bypass \$platen_refresh/)
    assert.deepEqual(policy().site, { root: site.root, url: site.url, user: 'www-data' })
    assert.deepEqual('socket' in policy().php && policy().php, { socket: site.fpmSocket, statusPath: '/platen-lab-fpm-status' })
    assert.equal(policy().nginx?.port, Number(new URL(site.url).port))
  })

  it('writes a policy file that root alone may change and nobody but the agent read', () => {
    const { mode, uid } = statSync(policyFile)
    assert.deepEqual([(mode & 0o777).toString(8), uid], ['640', 0])
  })

  it('makes a spool that PHP and the agent share with nobody else', () => {
    const { spool, user } = policy().agent
    const { mode, uid, gid } = statSync(spool ?? '')
    const ids = (name: string, field: number): number =>
      Number(
        readFileSync('/etc/passwd', 'utf8')
          .split('\n')
          .map(line => line.split(':'))
          .find(([found]) => found === name)?.[field],
      )
    assert.deepEqual([(mode & 0o7777).toString(8), uid, gid], ['2770', ids('www-data', 2), ids(user, 3)])
  })

  it('keeps nginx’s secret and the CDN’s address when it is run again', async () => {
    const before = policy().nginx?.refreshSecret
    const again = ['init', '--site', site.root, '--nginx', site.nginxConfig, '--fpm', site.fpmSocket]
    await agent(...again, '--cdn', '127.0.0.1:1')
    await agent(...again)
    assert.equal(policy().nginx?.refreshSecret, before)
    assert.deepEqual(policy().cdn, { address: '127.0.0.1:1' })
  })

  const runs: readonly (readonly [kind: string, input: unknown])[] = [
    ['cache.purge', { everything: true, reason: 'a look' }],
    ['images.optimize', { attachments: 'all', mode: 'optimize' }],
    ['assets.bundle', { urls: [], mode: 'publish' }],
    ['health.report', { sections: 'all' }],
  ]
  for (const [kind, input] of runs) {
    it(`leaves a site on which exec runs ${kind}, with the result as JSON on stdout`, async () => {
      const { exitCode, stdout, stderr } = await exec(kind, input)
      assert.equal(exitCode, 0, stderr)
      assert.ok((JSON.parse(stdout) as { summary: string }).summary.length > 0)
    })
  }

  it('has exec refuse an input that breaks its schema with exit code 2 and nothing on stdout', async () => {
    const { exitCode, stdout, stderr } = await exec('cache.purge', { urls: 'all' })
    assert.deepEqual([exitCode, stdout], [2, ''])
    assert.match(stderr, /input\.invalid/)
  })

  it('has exec refuse a kind that does not exist with exit code 2', async () => {
    const { exitCode, stderr } = await exec('cache.fill', {})
    assert.equal(exitCode, 2)
    assert.match(stderr, /kind\.unknown/)
  })

  it('takes all of it back with --undo', async () => {
    const { state, socket, spool = '' } = policy().agent
    const { exitCode, stderr } = await agent('init', '--undo')
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(
      [existsSync(policyFile), existsSync(state), existsSync(socket), existsSync(spool), files()],
      [false, false, false, false, untouched],
    )
    const rows = await site.wp(
      'global $wpdb; echo $wpdb->get_var( "select count(*) from $wpdb->options where option_name like \'%platen%\'" );',
    )
    assert.equal(rows, '0')
  })
})
