import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  createNativeSite,
  skipWithoutEngines,
  startStack,
  tryCommand,
  waitUntil,
  type ApiJob,
  type CommandResult,
  type NativeSite,
  type Stack,
} from '@platen/lab'

const repository = join(import.meta.dirname, '..', '..')
const skip = await skipWithoutEngines()
const jobMs = 90_000
const commandMs = 60_000

describe('the platform’s services, with gateway, signer and agent as processes of their own', { skip, concurrency: false }, () => {
  let site: NativeSite
  let stack: Stack

  before(async () => {
    site = await createNativeSite({ content: 'bare', plugins: [join(repository, 'wp-plugin')] })
    stack = await startStack(site)
  })
  after(async () => {
    await stack?.stop()
    await site?.stop()
  })

  const purge = (): object => ({ siteId: stack.siteId, kind: 'cache.purge', input: { urls: [`${site.url}/`] } })
  const job = (id: string): Promise<ApiJob> => stack.api.request<ApiJob>('GET', `/v1/jobs/${id}`)
  const create = async (): Promise<string> => (await stack.api.request<ApiJob>('POST', '/v1/jobs', purge())).id
  const succeeds = (id: string): Promise<void> =>
    waitUntil(`job ${id}`, jobMs, async () => {
      const { state, error } = await job(id)
      assert.notEqual(state, 'failed', JSON.stringify(error))
      return state === 'succeeded'
    })
  const platen = (...words: string[]): Promise<CommandResult> =>
    tryCommand(join(repository, 'gateway', 'bin', 'platen'), words, {
      timeoutMs: commandMs,
      env: { ...process.env, PLATEN_URL: stack.api.url, PLATEN_TOKEN: stack.api.token },
    })
  const agent = (...words: string[]): Promise<CommandResult> =>
    tryCommand(join(repository, 'agent', 'bin', 'platen-agent'), [...words, '--policy', stack.policyFile], { timeoutMs: commandMs })

  it('follow a job by server-sent events from its making to its result', async () => {
    const id = await create()
    const events = await fetch(`${stack.api.url}/v1/jobs/${id}/events`, {
      headers: { authorization: `Bearer ${stack.api.token}` },
      signal: AbortSignal.timeout(jobMs),
    })
    assert.match(await events.text(), /job\.queued[\s\S]*job\.succeeded/)
  })

  it('dispatch with the command line, which waits and shows progress, result and exit code', async () => {
    const { exitCode, stdout, stderr } = await platen('--json', 'job', 'run', 'health.report', stack.siteId, '--wait')
    assert.equal(exitCode, 0, stderr)
    assert.equal((JSON.parse(stdout) as ApiJob).state, 'succeeded')
  })

  it('see the agent as connected in a table', async () => {
    const { stdout } = await platen('agents')
    assert.match(stdout, /connected/i)
    assert.match(stdout, new RegExp(stack.siteId))
  })

  it('get a job for an agent that is away carried out when it is back', async () => {
    await stack.stopAgent()
    const id = await create()
    assert.equal((await job(id)).state, 'queued')
    await stack.startAgent()
    await succeeds(id)
  })

  it('get a job that nobody could sign carried out when the signer is back', async () => {
    await stack.stopSigner()
    const id = await create()
    await stack.startSigner()
    await succeeds(id)
  })

  it('find every job and its result after the gateway was restarted', async () => {
    const id = await create()
    await stack.stopGateway()
    await stack.startGateway()
    await succeeds(id)
  })

  it('are told by code why a job ended where the site is to blame, and the next one runs', async () => {
    await site.setMaintenance(true)
    const { exitCode, stdout, stderr } = await agent('exec', 'cache.purge', '--input', '{"everything":true,"reason":"a look"}')
    await site.setMaintenance(false)
    assert.deepEqual([exitCode, stdout], [1, ''])
    assert.match(stderr, /wordpress\.maintenance/)
    await succeeds(await create())
  })

  it('have jobs of root at the site beside their own, and see where each came from', async () => {
    const { exitCode, stderr } = await agent('exec', 'cache.purge', '--input', '{"everything":true,"reason":"a look"}')
    assert.equal(exitCode, 0, stderr)
    await waitUntil('root’s job at the gateway', jobMs, async () => {
      const { items } = await stack.api.request<{ items: { origin: string; state: string }[] }>('GET', '/v1/jobs')
      return items.some(({ origin, state }) => origin === 'root' && state === 'succeeded')
    })
  })

  it('let an agent in with another key once root has changed it, and no more with the one before', async () => {
    const stateFile = join(stack.directory, 'agent', 'state', 'identity.json')
    const key = async (): Promise<string> => (JSON.parse(await readFile(stateFile, 'utf8')) as { publicKey: string }).publicKey
    const before = await key()
    const { exitCode, stdout, stderr } = await agent('rotate-key')
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /new key/)
    assert.notEqual(await key(), before)
    await succeeds(await create())
  })

  describe('enrolling', () => {
    const bundle = async (change: object = {}): Promise<string> => {
      const root = (JSON.parse(await readFile(join(stack.directory, 'agent', 'state', 'identity.json'), 'utf8')) as { signerRoot: string })
        .signerRoot
      const { stdout } = await platen('site', 'enrol', stack.siteId, '--signer-root', root)
      const file = join(stack.directory, 'again.json')
      await writeFile(file, JSON.stringify({ ...(JSON.parse(stdout) as object), ...change }), { mode: 0o600 })
      return file
    }
    const refusal = async (file: string): Promise<string> => {
      const { exitCode, stderr } = await agent('enrol', '--bundle', file)
      assert.notEqual(exitCode, 0)
      return /platen-agent: ([\w.]+):/.exec(stderr)?.[1] ?? stderr
    }

    it('refuses a token that nobody made, and leaves the agent its identity', async () => {
      assert.equal(await refusal(await bundle({ token: 'A'.repeat(43) })), 'enrol.token_invalid')
      await succeeds(await create())
    })

    it('refuses a bundle of another site', async () => {
      assert.equal(await refusal(await bundle({ siteUrl: 'https://elsewhere.example' })), 'enrol.bundle_invalid')
    })

    it('refuses a bundle that is past its time', async () => {
      assert.equal(await refusal(await bundle({ expiresAt: '2020-01-01T00:00:00.000Z' })), 'enrol.token_expired')
    })

    it('takes a good bundle once, removes its file, and the agent goes on under its new identity', async () => {
      const file = await bundle()
      const copy = await readFile(file, 'utf8')
      const { exitCode, stdout, stderr } = await agent('enrol', '--bundle', file)
      assert.equal(exitCode, 0, stderr)
      assert.match(stdout, /Enrolled as agent_/)
      await assert.rejects(readFile(file), { code: 'ENOENT' })
      await writeFile(file, copy, { mode: 0o600 })
      assert.equal(await refusal(file), 'enrol.token_invalid')
      await stack.stopAgent()
      await stack.startAgent()
      await succeeds(await create())
    })
  })
})
