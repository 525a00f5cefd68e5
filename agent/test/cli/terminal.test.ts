import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { newId, type LocalJob } from '@platen/protocol'
import { newKeyPair } from '../../src/identity/key-pair.ts'
import { status } from '../local/local-site.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { writePolicy } from '../support/test-agent.ts'
import { testPolicy } from '../support/test-policy.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'platen-agent')
/** Clears the screen in both spellings, rings, writes over the line, and turns the direction. */
const words = 'old\u001b[2J\u009b2J\u0007\r\u202enew'
const shown = 'old [2J 2J   new'

interface Told {
  readonly out: string
  readonly err: string
}

async function listening(test: TestContext, at: string | number, answer: RequestListener): Promise<number> {
  const server = createServer(answer)
  await once(typeof at === 'string' ? server.listen(at) : server.listen(at, '127.0.0.1'), 'listening')
  test.after(() => server.close())
  return typeof at === 'string' ? 0 : (server.address() as AddressInfo).port
}

/** The program beside an agent that answers like this; whatever it says, the terminal has only its lines. */
async function platenAgent(test: TestContext, answer: RequestListener, command: readonly string[]): Promise<Told> {
  const folder = tempFolder(test)
  const { tcp: _tcp, ...agent } = testPolicy(folder).agent
  mkdirSync(dirname(agent.control), { recursive: true })
  await listening(test, agent.control, answer)
  const policy = writePolicy(folder, testPolicy(folder, { agent, kinds: ['cache.purge'] }))
  return await new Promise(resolve => {
    execFile(program, [...command, '--policy', policy], { timeout: 60_000 }, (_error, out, err) => {
      assert.doesNotMatch(`${out}${err}`.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
      resolve({ out, err })
    })
  })
}

describe('what the owner’s terminal is shown', () => {
  const refused: RequestListener = (_request, response) => {
    const link = { state: 'refused', since: 1, lastClose: `4003 revoked: ${words}` }
    response.end(JSON.stringify({ ...status, agentId: newId('agent'), link }))
  }

  it('has nothing in it that a gateway’s words order, in status and in doctor', async test => {
    assert.ok((await platenAgent(test, refused, ['status'])).out.includes(`last closed: 4003 revoked: ${shown}\n`))
    assert.ok((await platenAgent(test, refused, ['doctor'])).out.includes(`refused; 4003 revoked: ${shown}\n`))
    const { out } = await platenAgent(test, refused, ['status', '--json'])
    assert.equal((JSON.parse(out) as typeof status).link.lastClose, `4003 revoked: ${words}`, 'programs read what was said')
  })

  it('has nothing in it that a job’s words order, while it runs and when it ends', async test => {
    const job = { id: newId('job'), kind: 'cache.purge', origin: 'root', createdAt: 1 }
    const ends: readonly Partial<LocalJob>[] = [
      { state: 'failed', error: { code: 'page.stale', message: words } },
      { state: 'succeeded', result: { summary: words } },
    ]
    for (const end of ends) {
      const states = [
        { ...job, state: 'running', progress: { done: 1, total: 2, note: words } },
        { ...job, ...end },
      ]
      const asked: RequestListener = ({ url = '' }, response) => {
        if (url.endsWith('/events')) response.end(states.map(state => `${JSON.stringify(state)}\n`).join(''))
        else response.end(JSON.stringify(url === '/v1/status' ? status : { ...job, state: 'queued' }))
      }
      const { out, err } = await platenAgent(test, asked, ['exec', 'cache.purge', '--input', '{}'])
      assert.ok(err.startsWith(`1/2 ${shown}\n`))
      if (end.state === 'failed') assert.ok(err.includes(`page.stale: ${shown}\n`))
      else assert.deepEqual(JSON.parse(out), { summary: words })
    }
  })

  it('has nothing in it that an agent’s refusal orders', async test => {
    const busy: RequestListener = (_request, response) =>
      response.writeHead(503).end(JSON.stringify({ code: 'agent.busy', message: words }))
    assert.ok((await platenAgent(test, busy, ['status'])).err.startsWith(`platen-agent: agent.busy: ${shown}\n`))
  })

  it('has nothing in it that the name of a gateway orders where one was enrolled at', async test => {
    const siteId = newId('site')
    const port = await listening(test, 0, (_request, response) =>
      response.writeHead(201).end(JSON.stringify({ agentId: newId('agent'), siteId, gateway: words })),
    )
    const signerRoot = newKeyPair().publicKey
    const bundle = join(tempFolder(test), 'bundle.json')
    const gateways = [`http://127.0.0.1:${port}`]
    const siteUrl = testPolicy('/').site.url
    const expiresAt = '2100-01-01T00:00:00.000Z'
    writeFileSync(bundle, JSON.stringify({ version: 1, siteId, siteUrl, token: signerRoot, expiresAt, gateways, signerRoot }))
    const { out, err } = await platenAgent(test, () => {}, ['enrol', '--bundle', bundle])
    assert.ok(out.includes(` at ${shown}.`), err)
  })
})
