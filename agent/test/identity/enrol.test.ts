import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '@platen/protocol'
import { checkBundle, readBundleFile, readBundleStream } from '../../src/identity/bundle.ts'
import { enrol } from '../../src/identity/enrol.ts'
import { enrolmentKeyPath } from '../../src/identity/enrolment-key.ts'
import { identityPath, readRecord } from '../../src/identity/identity-file.ts'
import { readIdentity } from '../../src/identity/read-identity.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testPolicy } from '../support/test-policy.ts'

const siteId = newId('site')
const agentId = newId('agent')
const signerRoot = Buffer.alloc(32, 7).toString('base64url')

const bundle = (change: object = {}): string =>
  JSON.stringify({
    version: 1,
    siteId,
    siteUrl: 'http://site.test/',
    token: 'dG9rZW4',
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    gateways: ['http://127.0.0.1:1'],
    signerRoot,
    ...change,
  })

/** A gateway that answers every enrolment alike, but for the first `lost` answers, which nobody gets; what it was asked is in `asked`. */
async function gateway(
  test: TestContext,
  status: number,
  answer: unknown,
  lost = 0,
): Promise<{ url: string; asked: Record<string, unknown>[] }> {
  const asked: Record<string, unknown>[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      asked.push({ path: request.url, ...(JSON.parse(body) as object) })
      if (asked.length <= lost) response.destroy()
      else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  test.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

function policyIn(test: TestContext): ReturnType<typeof testPolicy> {
  const policy = testPolicy(tempFolder(test))
  mkdirSync(policy.agent.state, { mode: 0o700 })
  return policy
}

describe('enrolling', () => {
  it('sends the public half of a new key, and keeps the private one to the agent alone', async test => {
    const policy = policyIn(test)
    const { url, asked } = await gateway(test, 201, { agentId, siteId, gateway: 'gateway.test' })
    const enrolled = await enrol({ bundleText: bundle({ gateways: ['http://127.0.0.1:1', url] }), policy, version: '0.0.0' })
    assert.deepEqual(enrolled, { agentId, siteId, gateway: 'gateway.test' })
    const [request] = asked
    assert.equal(request?.['path'], '/v1/agents/enrol')
    assert.equal(request?.['token'], 'dG9rZW4')
    const path = identityPath(policy)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(policy.agent.state), ['identity.json'])
    const identity = readIdentity(path)
    assert.deepEqual([identity?.agentId, identity?.siteId, identity?.signerRoot], [agentId, siteId, signerRoot])
    const x = request?.['publicKey'] as string
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    assert.ok(verify(null, Buffer.from('text'), key, Buffer.from(identity?.sign('text') ?? '', 'base64url')))
    assert.ok(!readFileSync(path, 'utf8').includes('dG9rZW4'))
  })

  it('gives every start an instance id of its own', async test => {
    const policy = policyIn(test)
    const { url } = await gateway(test, 201, { agentId, siteId, gateway: 'gateway.test' })
    await enrol({ bundleText: bundle({ gateways: [url] }), policy, version: '0.0.0' })
    assert.notEqual(readIdentity(identityPath(policy))?.instanceId, readIdentity(identityPath(policy))?.instanceId)
  })

  it('leaves the identity that was there when the gateway refuses', async test => {
    const policy = policyIn(test)
    writeFileSync(identityPath(policy), 'the one before')
    const { url } = await gateway(test, 401, { code: 'enrol.token_invalid' })
    await assert.rejects(enrol({ bundleText: bundle({ gateways: [url] }), policy, version: '0' }), { code: 'enrol.token_invalid' })
    assert.equal(readFileSync(identityPath(policy), 'utf8'), 'the one before')
  })

  it('asks with the key of before where the answer to it was lost, and keeps that key to the agent alone', async test => {
    const policy = policyIn(test)
    const { url, asked } = await gateway(test, 201, { agentId, siteId, gateway: 'gateway.test' }, 2)
    const bundleText = bundle({ gateways: [url, `${url}/`] })
    await assert.rejects(enrol({ bundleText, policy, version: '0' }), { code: 'gateway.unreachable' })
    assert.equal(statSync(enrolmentKeyPath(policy)).mode & 0o777, 0o600)
    assert.ok(!readFileSync(enrolmentKeyPath(policy), 'utf8').includes('dG9rZW4'))
    assert.deepEqual(await enrol({ bundleText, policy, version: '0' }), { agentId, siteId, gateway: 'gateway.test' })
    assert.equal(new Set(asked.map(({ publicKey }) => publicKey)).size, 1)
    assert.equal(readRecord(identityPath(policy))?.publicKey, asked[0]?.['publicKey'])
    assert.deepEqual(readdirSync(policy.agent.state), ['identity.json'])
  })

  const others: readonly (readonly [title: string, spoil: (path: string) => void, token: string])[] = [
    ['the token is another one', () => {}, 'b3RoZXI'],
    ['the kept one is damaged', path => writeFileSync(path, '{"token":'), 'dG9rZW4'],
    ['the kept one is too large', path => writeFileSync(path, ' '.repeat(100_000) + readFileSync(path, 'utf8')), 'dG9rZW4'],
    [
      'a link stands where it was kept',
      path => {
        renameSync(path, `${path}.elsewhere`)
        symlinkSync(`${path}.elsewhere`, path)
      },
      'dG9rZW4',
    ],
  ]
  for (const [title, spoil, token] of others) {
    it(`asks with another key where ${title}`, async test => {
      const policy = policyIn(test)
      const { url, asked } = await gateway(test, 201, { agentId, siteId, gateway: 'gateway.test' }, 1)
      await assert.rejects(enrol({ bundleText: bundle({ gateways: [url] }), policy, version: '0' }), { code: 'gateway.unreachable' })
      spoil(enrolmentKeyPath(policy))
      await enrol({ bundleText: bundle({ gateways: [url], token }), policy, version: '0' })
      assert.equal(new Set(asked.map(({ publicKey }) => publicKey)).size, 2)
    })
  }

  const answers: readonly (readonly [title: string, status: number, answer: unknown, code: string])[] = [
    ['an error of its own making', 500, { code: 'internal' }, 'gateway.unreachable'],
    ['a code that is none', 400, { code: 'constructor' }, 'gateway.unreachable'],
    ['something else than an identity', 200, { agentId: '../../etc', siteId, gateway: 'x' }, 'gateway.unreachable'],
    ['an identity of another site', 200, { agentId, siteId: newId('site'), gateway: 'x' }, 'enrol.bundle_invalid'],
    ['too much', 200, 'x'.repeat(100_000), 'gateway.unreachable'],
  ]
  for (const [title, status, answer, code] of answers) {
    it(`fails when the gateway answers ${title}`, async test => {
      const policy = policyIn(test)
      const { url } = await gateway(test, status, answer)
      await assert.rejects(enrol({ bundleText: bundle({ gateways: [url] }), policy, version: '0' }), { code })
      assert.ok(!readdirSync(policy.agent.state).includes('identity.json'))
    })
  }

  it('fails when no gateway answers', async test => {
    await assert.rejects(enrol({ bundleText: bundle(), policy: policyIn(test), version: '0' }), { code: 'gateway.unreachable' })
  })
})

describe('a bundle', () => {
  const site = { site: { root: '/', url: 'http://site.test', user: 'x' } }
  const refused: readonly (readonly [title: string, text: string, code: string])[] = [
    ['that is no JSON', '{', 'enrol.bundle_invalid'],
    ['without a token', bundle({ token: undefined }), 'enrol.bundle_invalid'],
    ['with a gateway that is no http', bundle({ gateways: ['file:///etc/passwd'] }), 'enrol.bundle_invalid'],
    ['with a root key that is none', bundle({ signerRoot: 'c2hvcnQ' }), 'enrol.bundle_invalid'],
    ['for another site', bundle({ siteUrl: 'http://other.test' }), 'enrol.bundle_invalid'],
    ['for another path of the host', bundle({ siteUrl: 'http://site.test/shop' }), 'enrol.bundle_invalid'],
    ['whose expiry is no time', bundle({ expiresAt: 'soon' }), 'enrol.bundle_invalid'],
    ['that has expired', bundle({ expiresAt: '2020-01-01T00:00:00Z' }), 'enrol.token_expired'],
  ]
  for (const [title, text, code] of refused) {
    it(`${title} is refused, and the message repeats nothing of the token`, () => {
      assert.throws(
        () => checkBundle(text, site, Date.now()),
        (error: Error & { code?: string }) => error.code === code && !error.message.includes('dG9rZW4'),
      )
    })
  }

  it('is read from a file that is no link and of a sensible size', test => {
    const folder = tempFolder(test)
    const file = join(folder, 'bundle.json')
    writeFileSync(file, 'text')
    assert.equal(readBundleFile(file), 'text')
    symlinkSync(file, join(folder, 'link'))
    writeFileSync(join(folder, 'large'), 'x'.repeat(20_000))
    for (const name of ['link', 'large', 'missing', '.']) {
      assert.throws(() => readBundleFile(join(folder, name)), { code: 'enrol.bundle_invalid' })
    }
  })

  it('is read from a stream up to a bound', async () => {
    assert.equal(await readBundleStream(Readable.from(['te', 'xt'])), 'text')
    await assert.rejects(readBundleStream(Readable.from(['x'.repeat(20_000)])), { code: 'enrol.bundle_invalid' })
  })
})

describe('an identity file', () => {
  it('that is missing means: not enrolled', test => {
    assert.equal(readIdentity(join(tempFolder(test), 'identity.json')), undefined)
  })

  it('that is damaged is an error, and not a new start', test => {
    const path = join(tempFolder(test), 'identity.json')
    for (const text of ['', '{}', '{"version":1,"agentId":"x"}', 'null']) {
      writeFileSync(path, text)
      assert.throws(() => readIdentity(path), { code: 'enrol.missing' })
    }
  })
})
