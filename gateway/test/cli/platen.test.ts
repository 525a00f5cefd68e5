import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { newId } from '@platen/protocol'
import { program as cli } from '../../src/cli/program.ts'
import { initGateway } from '../../src/init.ts'
import { Api } from '../http/api-fixture.ts'
import { claimOne, say } from '../support/agent-words.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'platen')
const signerProgram = join(import.meta.dirname, '..', '..', 'src', 'signer', 'main.ts')
const commandMs = 20_000

/** What a command left behind. */
interface Told {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function platen(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Told> {
  return new Promise(resolve => {
    const base = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' }
    execFile(program, words, { timeout: commandMs, env: { ...base, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

describe('platen', () => {
  let api: Api
  before(async () => (api = await Api.open()))
  after(() => api.close())

  const ask = (...words: string[]): Promise<Told> => platen(words, { PLATEN_URL: api.url, PLATEN_TOKEN: api.mine.token.admin })
  const json = async (...words: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await ask('--json', ...words)
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }

  it('explains itself and each of its commands', async () => {
    for (const words of [[], ['site'], ['job'], ['job', 'run'], ['gateway', 'run']]) {
      const { code, stdout } = await platen([...words, '--help'])
      assert.equal(code, 0)
      assert.match(stdout, /Usage: platen/)
    }
  })

  it('lists in tables for people and in JSON for programs', async () => {
    const { stdout } = await ask('site', 'list')
    assert.match(stdout, /^SITE\s+URL\s+SINCE\n/)
    assert.ok(stdout.includes(api.mine.siteUrl) && !stdout.includes(api.theirs.siteUrl))
    const sites = (await json('site', 'list')) as { url: string }[] | { items: { url: string }[] }
    assert.ok(JSON.stringify(sites).includes(api.mine.siteUrl))
  })

  it('adds a site at the gateway, whatever the site’s own address is, and says where it is at a CDN', async () => {
    const { id, url } = (await json('site', 'add', 'https://www.cdn.example/')) as { id: string; url: string }
    assert.equal(url, 'https://www.cdn.example')
    const place = { account: 'main', zone: '023e105f4ecef8ad9ca31a8372d0c353' }
    const words = ['site', 'cdn', id, '--account', place.account, '--zone', place.zone]
    assert.deepEqual(((await json(...words)) as { cdn: unknown }).cdn, { ...place, hosts: ['www.cdn.example'] })
    const hosts = ['cdn.example', 'www.cdn.example']
    assert.deepEqual(((await json(...words, '--hosts', hosts.join(', '))) as { cdn: unknown }).cdn, { ...place, hosts })
    assert.equal(((await json('site', 'cdn', id, '--none')) as { cdn?: unknown }).cdn, undefined)
  })

  it('has no argument that stands for an option of its own', () => {
    const options = cli().options.map(option => option.attributeName())
    for (const group of cli().commands)
      for (const command of group.commands)
        for (const argument of command.registeredArguments)
          assert.ok(!options.includes(argument.name()), `${group.name()} ${command.name()} <${argument.name()}>`)
  })

  it('says on stderr where a list is longer than what it shows', async t => {
    const api = await Api.open()
    t.after(() => api.close())
    const { accountId, token } = api.mine
    const list = async (): Promise<readonly [count: number, stderr: string]> => {
      const { stdout, stderr } = await platen(['--json', 'token', 'list'], { PLATEN_URL: api.url, PLATEN_TOKEN: token.admin })
      return [(JSON.parse(stdout) as { items: unknown[] }).items.length, stderr]
    }
    const create = (name: number): Promise<unknown> =>
      api.store.tokens.create({ id: newId('tok'), accountId, name: `${name}`, scope: 'read', hash: `${name}`, createdAt: 0 })
    // The account has three.
    await Promise.all(Array.from({ length: 997 }, (_, name) => create(name)))
    assert.deepEqual(await list(), [1_000, ''])
    await create(997)
    assert.deepEqual(await list(), [1_000, 'platen: these are the first 1000; there are more.\n'])
  })

  it('dispatches a job with the usual input of its kind', async () => {
    const { id } = (await json('job', 'run', 'health.report', api.mine.siteId)) as { id: string }
    const job = (await json('job', 'get', id)) as { kind: string; state: string; input: unknown }
    assert.deepEqual([job.kind, job.state, job.input], ['health.report', 'queued', { sections: 'all' }])
  })

  it('reads its token from a file, which others may not see in its arguments', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'platen-cli-'))
    t.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'token'), `${api.mine.token.read}\n`, { mode: 0o600 })
    const { code, stderr } = await platen(['--url', api.url, '--token-file', join(folder, 'token'), 'site', 'list'])
    assert.equal(code, 0, stderr)
  })

  for (const [outcome, code] of [
    ['succeeded', 0],
    ['failed', 1],
    ['cancelled', 1],
  ] as const) {
    it(`waits for the end of a job, and answers ${code} where it ${outcome}`, async () => {
      const { siteId, accountId } = api.mine
      const queued = new Promise<void>(resolve => {
        const unsubscribe = api.bus.subscribe(hint => {
          // The one that names the job comes when the store has it.
          if (hint.type !== 'job queued' || hint.jobId === undefined) return
          unsubscribe()
          resolve()
        })
      })
      const told = ask('--json', 'job', 'run', 'cache.purge', siteId, '--wait')
      await queued
      const [job] = (await api.store.jobs.list(accountId, { kind: 'cache.purge', state: 'queued' }, { limit: 1 })).items
      assert.ok(job)
      const now = api.clock.now()
      const claimed = await claimOne(api.store.jobs, siteId, 'agent_1', 90_000, now)
      assert.equal(claimed?.id, job.id)
      const error = { code: 'policy.denied', message: 'The site does not want it.' } as const
      const end = { outcome, effect: 'none', ...(outcome === 'failed' ? { error } : {}) } as const
      await say(api.store.jobs, { siteId, agentId: 'agent_1' }, job.id, { type: 'end', epoch: 1, end }, now)
      api.bus.publish({ type: 'site event', siteId })
      const { code: exit, stdout, stderr } = await told
      assert.deepEqual([exit, (JSON.parse(stdout) as { id: string; state: string }).state], [code, outcome])
      assert.match(stderr, new RegExp(`cache\\.purge: ${outcome}`))
    })
  }

  it('goes on waiting for a job while the gateway is away, and has said first which one that is', async t => {
    const job = { id: 'job_1', siteId: api.mine.siteId, kind: 'cache.purge', state: 'succeeded', createdAt: '' }
    const answers: ((response: ServerResponse) => void)[] = [
      response => response.writeHead(201).end(JSON.stringify({ ...job, state: 'queued' })),
      response => response.writeHead(503).end(JSON.stringify({ code: 'gateway.draining' })),
      response => response.destroy(),
      response => response.writeHead(502).end('<html>'),
      // One that breaks off.
      response => response.writeHead(200, { 'content-length': 500 }).write('{"id":', () => response.destroy()),
      response => response.writeHead(200).end(JSON.stringify(job)),
    ]
    const gateway = createHttpServer((_request, response) => answers.shift()?.(response))
    await once(gateway.listen(0, '127.0.0.1'), 'listening')
    t.after(() => gateway.close())
    const env = { PLATEN_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, PLATEN_TOKEN: 'x' }
    const { code, stdout, stderr } = await platen(['--json', 'job', 'run', 'cache.purge', api.mine.siteId, '--wait'], env)
    assert.deepEqual([code, JSON.parse(stdout)], [0, job])
    assert.deepEqual(stderr.split('\n'), ['job_1', 'cache.purge: succeeded ', ''])
  })

  it('shows nothing that orders a terminal about, whatever jobs, agents and the gateway say', async t => {
    // Clears the screen in both spellings, writes over the line, and turns the direction.
    const [words, shown] = ['old\u001b[2J\u009b2J\r\n\u202enew', 'old [2J 2J   new']
    const job = { id: 'job_1', siteId: api.mine.siteId, kind: 'cache.purge', createdAt: '' }
    const [running, failed, done] = [
      { ...job, state: 'running', progress: { done: 1, total: 2, note: words } },
      { ...job, state: 'failed', error: { code: 'page.stale', message: words } },
      { ...job, state: 'succeeded', result: { summary: words } },
    ]
    const answers: readonly [status: number, body: object][] = [
      [200, { items: [running, failed, done] }],
      [200, running],
      [200, failed],
      [200, done],
      [200, { items: [{ id: 'agent_1', siteId: api.mine.siteId, name: words, hostname: words }] }],
      [404, { code: 'job.not_found', detail: words }],
      [400, { code: 'unheard.of', detail: words }],
    ]
    const left = [...answers]
    const gateway = createHttpServer((_request, response) => {
      const [status, body] = left.shift() ?? [500, {}]
      response.writeHead(status).end(JSON.stringify(body))
    })
    await once(gateway.listen(0, '127.0.0.1'), 'listening')
    t.after(() => gateway.close())
    const env = { PLATEN_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, PLATEN_TOKEN: 'x' }
    const told = async (...words: string[]): Promise<Told> => {
      const one = await platen(words, env)
      assert.doesNotMatch(`${one.stdout}${one.stderr}`.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
      return one
    }
    const { stdout: table } = await told('job', 'list')
    assert.deepEqual(
      table.split('\n').map(line => line.includes(shown)),
      [false, true, true, true, false],
      'one line a job',
    )
    const waited = await told('job', 'follow', 'job_1')
    assert.deepEqual(waited.stderr.split('\n'), [
      'job_1',
      `cache.purge: running 1/2 ${shown}`,
      `cache.purge: failed ${shown} [page.stale]`,
      '',
    ])
    assert.deepEqual(JSON.parse(waited.stdout), failed, 'JSON says the same in other letters')
    assert.deepEqual(JSON.parse((await told('job', 'get', 'job_1')).stdout), done)
    await told('agent', 'list')
    assert.ok((await told('job', 'get', 'job_1')).stderr.includes(shown))
    assert.ok((await told('job', 'get', 'job_1')).stderr.includes(shown))
    assert.deepEqual(left, [])
  })

  it('takes the signer’s root key as it is, and as the signer prints it for people and for programs', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'platen-root-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const signer = (...words: string[]): string =>
      execFileSync(process.execPath, ['--conditions=source', signerProgram, ...words, '--dir', join(folder, 'keys')], { encoding: 'utf8' })
    signer('init')
    const json = signer('root', '--json')
    const { signerRoot } = JSON.parse(json) as { readonly signerRoot: string }
    for (const printed of [`${signerRoot}\n`, signer('root'), json]) {
      writeFileSync(join(folder, 'root.pub'), printed)
      const { code, stdout, stderr } = await ask('site', 'enrol', api.mine.siteId, '--signer-root', join(folder, 'root.pub'))
      assert.equal(code, 0, stderr)
      assert.equal((JSON.parse(stdout) as { signerRoot: string }).signerRoot, signerRoot)
    }
  })

  it('takes a root key that is not there, and a file that holds none, for bad input', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'platen-root-'))
    t.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'root.pub'), '{"signerRoot":7}')
    for (const file of ['root.pub', 'nothing', '']) {
      const { code, stdout, stderr } = await ask('site', 'enrol', api.mine.siteId, '--signer-root', join(folder, file))
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /enrol\.bundle_invalid/)
    }
  })

  it('takes a gateway that is no address, and a token file that is not there, for bad input', async () => {
    const wrong = await platen(['--url', 'gateway', 'site', 'list'], { PLATEN_TOKEN: 'x' })
    assert.deepEqual([wrong.code, wrong.stdout], [2, ''])
    assert.match(wrong.stderr, /url\.invalid/)
    const missing = await platen(['--token-file', '/nonexistent/token', 'site', 'list'])
    assert.deepEqual([missing.code, missing.stdout], [2, ''])
    assert.match(missing.stderr, /input\.invalid[\s\S]*\/nonexistent\/token/)
  })

  const refusals: readonly (readonly [title: string, words: readonly string[], code: number, said: RegExp])[] = [
    ['a kind that does not exist', ['job', 'run', 'cache.fill', 'SITE'], 2, /kind\.unknown/],
    ['an input that is not JSON', ['job', 'run', 'cache.purge', 'SITE', '--input', '{'], 2, /--input is not JSON/],
    ['an input that breaks its schema', ['job', 'run', 'cache.purge', 'SITE', '--input', '{}'], 2, /input\.invalid/],
    ['a site that is not there', ['job', 'run', 'health.report', 'site_01a20bb9-bb6c-7147-855e-dcb2e167c294'], 1, /site\.not_found/],
    ['an option that it does not know', ['job', 'list', '--colour'], 2, /unknown option/],
  ]
  for (const [title, words, code, said] of refusals) {
    it(`refuses ${title} with exit code ${code}, what is wrong, and nothing on stdout`, async () => {
      const told = await ask(...words.map(word => (word === 'SITE' ? api.mine.siteId : word)))
      assert.deepEqual([told.code, told.stdout], [code, ''])
      assert.match(told.stderr, said)
    })
  }

  it('says which gateway does not answer', async () => {
    const { code, stderr } = await platen(['site', 'list'], { PLATEN_URL: 'http://127.0.0.1:1', PLATEN_TOKEN: 'x' })
    assert.equal(code, 1)
    assert.match(stderr, /gateway\.unreachable[\s\S]*127\.0\.0\.1:1/)
  })

  it('repeats no token, whatever goes wrong', async () => {
    const { stderr, stdout } = await platen(['site', 'list'], { PLATEN_URL: api.url, PLATEN_TOKEN: 'plt_wrong-and-secret' })
    assert.match(stderr, /token\.invalid/)
    assert.ok(!`${stdout}${stderr}`.includes('wrong-and-secret'))
  })
})

describe('platen gateway init', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'platen-init-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('makes a store that only its owner can read, and shows the token once', async () => {
    const data = join(folder, 'data')
    const { code, stdout } = await platen(['--json', 'gateway', 'init', '--data', data])
    assert.equal(code, 0)
    assert.match((JSON.parse(stdout) as { token: string }).token, /^plt_[\w-]{43}$/)
    assert.equal(statSync(data).mode & 0o077, 0)
  })

  it('refuses a folder that holds a gateway, and leaves that as it is', async () => {
    const { token } = await initGateway({ data: folder }, 'first')
    const before = statSync(join(folder, 'gateway.db')).size
    const { code, stdout, stderr } = await platen(['gateway', 'init', '--data', folder])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /gateway\.exists/)
    assert.ok(!stderr.includes(token))
    assert.equal(statSync(join(folder, 'gateway.db')).size, before)
  })
})

describe('platen gateway run', () => {
  let folder: string
  let taken: Server
  let port: number
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'platen-run-'))
    await initGateway({ data: folder }, 'first')
    taken = createServer()
    await once(taken.listen(0, '127.0.0.1'), 'listening')
    port = (taken.address() as AddressInfo).port
  })
  afterEach(() => {
    taken.close()
    rmSync(folder, { recursive: true })
  })

  const run = (...words: string[]): Promise<Told> => platen(['gateway', 'run', '--data', folder, ...words])

  it('ends with what is wrong where the port of the API is taken, and leaves nothing open', async () => {
    const { code, stdout, stderr } = await run('--port', String(port), '--metrics', '127.0.0.1:0')
    assert.equal(code, 1)
    assert.match(stderr, /port\.in_use/)
    assert.doesNotMatch(stdout, /gateway:ready/)
    assert.deepEqual(readdirSync(folder), ['gateway.db'])
  })

  it('ends with what is wrong where the port of the metrics is taken, before it serves anything', async () => {
    const { code, stdout, stderr } = await run('--port', '0', '--metrics', `127.0.0.1:${port}`)
    assert.equal(code, 1)
    assert.match(stderr, /port\.in_use/)
    assert.doesNotMatch(stdout, /gateway:ready/)
    assert.deepEqual(readdirSync(folder), ['gateway.db'])
  })
})
