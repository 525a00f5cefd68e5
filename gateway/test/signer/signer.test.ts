import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId, type DocumentCertificate, type DocumentGrant, type PlatenError } from '@platen/protocol'
import { signerClient } from '../../src/signer/signer-client.ts'

const main = join(import.meta.dirname, '..', '..', 'src', 'signer', 'main.ts')

describe('the signer', () => {
  let folder: string
  let keys: string
  let socket: string
  const children: ChildProcess[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'platen-signer-'))
    keys = join(folder, 'keys')
    socket = join(folder, 'signer.sock')
  })
  afterEach(async () => {
    for (const child of children.splice(0)) await ended(child)
    rmSync(folder, { recursive: true })
  })

  const run = async (args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    const child = spawn(process.execPath, ['--conditions=source', main, ...args])
    const text = { stdout: '', stderr: '' }
    child.stdout.on('data', (piece: Buffer) => (text.stdout += piece.toString()))
    child.stderr.on('data', (piece: Buffer) => (text.stderr += piece.toString()))
    const [code] = (await once(child, 'close')) as [number]
    return { code, ...text }
  }
  const start = async (): Promise<readonly string[]> => {
    const lines: string[] = []
    const child = spawn(process.execPath, ['--conditions=source', main, 'run', '--dir', keys, '--socket', socket])
    children.push(child)
    await new Promise<void>((resolve, reject) => {
      child.once('exit', code => reject(new Error(`ended with ${code}: ${lines.join('')}`)))
      child.stderr.on('data', (piece: Buffer) => {
        lines.push(...piece.toString().trim().split('\n'))
        if (lines.some(line => line.includes('signer:ready'))) resolve()
      })
    })
    return lines
  }
  const init = async (): Promise<{ signerRoot: string; fingerprint: string }> =>
    JSON.parse((await run(['init', '--dir', keys, '--json'])).stdout) as { signerRoot: string; fingerprint: string }
  const asked = (change: Partial<DocumentGrant> = {}): Omit<DocumentGrant, 'expiresAt'> => ({
    siteId: newId('site'),
    agentId: newId('agent'),
    jobId: newId('job'),
    attempt: 1,
    epoch: 1,
    kind: 'cache.purge',
    inputHash: 'aGFzaA',
    ...change,
  })

  it('makes a root key that its owner alone can read, once, and prints the public half', async () => {
    const { signerRoot, fingerprint } = await init()
    assert.equal(Buffer.from(signerRoot, 'base64url').length, 32)
    assert.match(fingerprint, /^SHA256:/)
    assert.equal(statSync(join(keys, 'root-key.json')).mode & 0o777, 0o600)
    const before = readFileSync(join(keys, 'root-key.json'), 'utf8')
    assert.equal((await run(['init', '--dir', keys])).code, 1)
    assert.equal(readFileSync(join(keys, 'root-key.json'), 'utf8'), before)
    assert.match((await run(['root', '--dir', keys])).stdout, new RegExp(signerRoot))
  })

  it('signs with a key that its root certified, for five minutes, and writes it down', async () => {
    const { signerRoot } = await init()
    const lines = await start()
    assert.equal(statSync(socket).mode & 0o777, 0o660)
    const client = signerClient(socket)
    const wanted = asked()
    const grant = await client.sign(wanted)
    client.close()
    assert.ok(isSigned(signerRoot, grant.certificate))
    const certificate = parsed(grant.certificate.payload) as DocumentCertificate
    assert.ok(certificate.notBefore < Date.now() && Date.now() < certificate.notAfter)
    assert.ok(isSigned(certificate.key, grant))
    const { expiresAt, ...payload } = parsed(grant.payload) as DocumentGrant
    assert.deepEqual(payload, wanted)
    assert.ok(expiresAt - Date.now() <= 300_000 && expiresAt > Date.now())
    for (const signal = AbortSignal.timeout(5_000); !lines.some(line => line.includes('signer:signed') && line.includes(wanted.jobId));) {
      signal.throwIfAborted()
      await new Promise(resolve => setImmediate(resolve))
    }
  })

  it('refuses a kind that its own policy does not name', async () => {
    await init()
    await start()
    const client = signerClient(socket)
    await assert.rejects(client.sign(asked({ kind: 'site.destroy' })), { code: 'signer.refused' })
    client.close()
  })

  it('signs no more than its own policy allows', async () => {
    await init()
    writeFileSync(
      join(keys, 'policy.json'),
      JSON.stringify({ version: 1, kinds: ['cache.purge'], grantsPerMinute: 100_000, grantsPerSitePerMinute: 1 }),
    )
    await start()
    const client = signerClient(socket)
    const siteId = newId('site')
    const answers = await Promise.allSettled([1, 2, 3].map(() => client.sign(asked({ siteId }))))
    // A minute may begin between two of them.
    assert.ok(answers.filter(({ status }) => status === 'fulfilled').length <= 2)
    // Out of grants for one site is not away for all.
    for (const answer of answers) if (answer.status === 'rejected') assert.equal((answer.reason as PlatenError).code, 'rate.limited')
    await client.sign(asked())
    client.close()
  })

  it('answers each of those that ask at the same time, whatever becomes of the others', async () => {
    await init()
    await start()
    const client = signerClient(socket)
    const wanted = Array.from({ length: 40 }, (_, at) => asked(at % 2 === 0 ? {} : { kind: 'site.destroy' }))
    const answers = await Promise.allSettled(wanted.map(one => client.sign(one)))
    client.close()
    const named = answers.map(answer =>
      answer.status === 'fulfilled' ? (parsed(answer.value.payload) as DocumentGrant).jobId : (answer.reason as PlatenError).code,
    )
    assert.deepEqual(
      named,
      wanted.map(({ jobId, kind }) => (kind === 'site.destroy' ? 'signer.refused' : jobId)),
    )
  })

  for (const [title, change] of [
    ['an expiry of the caller’s', { expiresAt: 9e15 }],
    ['an unknown member', { admin: true }],
    ['an epoch that is no number', { epoch: '1' }],
  ] as const) {
    it(`signs nothing with ${title}`, async () => {
      await init()
      await start()
      const client = signerClient(socket)
      const wrong = { ...asked(), ...change } as unknown as Parameters<typeof client.sign>[0]
      await assert.rejects(client.sign(wrong), { code: 'signer.refused' })
      client.close()
    })
  }

  const broken: readonly (readonly [title: string, body: string, status: number])[] = [
    ['no JSON', '{', 400],
    ['nothing', 'null', 400],
    ['no list', JSON.stringify(asked()), 400],
    ['a list that is too long', JSON.stringify(Array.from({ length: 17 }, () => 0)), 400],
    ['a body that is too large', `"${'x'.repeat(20_000)}"`, 413],
  ]
  it('answers bad requests with a code and goes on', async () => {
    await init()
    await start()
    for (const [title, body, status] of broken) assert.equal(await post(socket, '/sign', body), status, title)
    assert.equal(await post(socket, '/root', '{}'), 404)
    const client = signerClient(socket)
    await client.sign(asked())
    client.close()
  })

  it('takes no key that others can read, and no socket that another signer has', async () => {
    await init()
    await start()
    const second = await run(['run', '--dir', keys, '--socket', socket])
    assert.equal(second.code, 1)
    assert.match(second.stderr, /port\.in_use/)
    chmodSync(join(keys, 'root-key.json'), 0o644)
    assert.match((await run(['run', '--dir', keys, '--socket', `${socket}2`])).stderr, /file\.denied/)
  })

  it('that is away is signer.unavailable', async () => {
    const client = signerClient(socket)
    await assert.rejects(client.sign(asked()), { code: 'signer.unavailable' })
    client.close()
  })
})

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

function isSigned(x: string, { payload, signature }: { payload: string; signature: string }): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return verify(null, Buffer.from(payload), key, Buffer.from(signature, 'base64url'))
}

function parsed(payload: string): unknown {
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown
}

function post(socketPath: string, path: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, method: 'POST' }, response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    // The signer may have answered and hung up before all of a large body was sent.
    outgoing.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? undefined : reject(error)))
    outgoing.end(body)
  })
}
