import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { policyIsOpen, readPolicy } from '../../src/config/policy-file.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { writePolicy } from '../support/test-agent.ts'
import { testPolicy } from '../support/test-policy.ts'

describe('the policy file', () => {
  it('is read and can’t be changed afterwards', test => {
    const folder = tempFolder(test)
    const policy = readPolicy(writePolicy(folder, testPolicy(folder)))
    assert.deepEqual(policy, testPolicy(folder))
    assert.throws(() => Object.assign(policy.agent, { user: 'root' }), TypeError)
    assert.throws(() => (policy.kinds as string[]).push('lab.noop'), TypeError)
  })

  it('is refused with the field that is wrong', test => {
    const folder = tempFolder(test)
    const good = testPolicy(folder)
    const wrong: [object, string][] = [
      [{ ...good, limits: { memoryMb: 1 } }, 'limits.memoryMb'],
      [{ ...good, limits: { memoryMb: 256, purgeEverything: { burst: 0, everySeconds: 1 } } }, 'limits.purgeEverything.burst'],
      [{ ...good, agent: { ...good.agent, control: good.agent.socket } }, 'agent.control'],
      [{ ...good, agent: { ...good.agent, socket: `/${'x'.repeat(200)}` } }, 'agent.socket'],
      [{ ...good, site: { ...good.site, url: 'http://' } }, 'site.url'],
    ]
    for (const [policy, field] of wrong) {
      writeFileSync(join(folder, 'policy.json'), JSON.stringify(policy))
      assert.throws(() => readPolicy(join(folder, 'policy.json')), { code: 'policy.invalid', field })
    }
  })

  it('is refused where the prefix in Redis takes in another site’s keys, and where two databases are named', test => {
    const folder = tempFolder(test)
    const redis = { url: 'redis://127.0.0.1:6379', database: 2, prefix: 'shop:' }
    const at = (changes: Partial<typeof redis>): string => writePolicy(folder, { ...testPolicy(folder), redis: { ...redis, ...changes } })
    const refused = (changes: Partial<typeof redis>, field: string, says: RegExp): void =>
      assert.throws(
        () => readPolicy(at(changes)),
        (error: Error & { code?: string; field?: string }) =>
          error.code === 'policy.invalid' && error.field === field && says.test(error.message),
        JSON.stringify(changes),
      )
    refused({ prefix: 'shop' }, 'redis.prefix', /“shop” .*colon/)
    refused({ prefix: 'wp:' }, 'redis.prefix', /without a prefix/)
    refused({ url: 'redis://127.0.0.1:6379/3' }, 'redis.url', /another database/)
    for (const url of ['redis://', 'redis://127.0.0.1/x', 'redis://127.0.0.1/2?db=3', 'unix:///run/redis.sock?db=3', 'unix://redis.sock'])
      refused({ url }, 'redis.url', /no URL/)
    for (const url of ['redis://127.0.0.1/2', 'redis://127.0.0.1/', 'rediss://:secret@cache.example', 'unix:///run/redis.sock'])
      assert.equal(readPolicy(at({ url })).redis?.url, url)
    assert.equal(readPolicy(at({ url: 'redis://127.0.0.1', database: 0 })).redis?.database, 0)
  })

  it('is refused where the CDN’s address is a name, or none', test => {
    const folder = tempFolder(test)
    const at = (address: string): string => writePolicy(folder, { ...testPolicy(folder), cdn: { address } })
    for (const address of ['shop.example', 'localhost', 'https://203.0.113.7', '203.0.113.7/24', '203.0.113.7:0', '10.1'])
      assert.throws(() => readPolicy(at(address)), { code: 'policy.invalid', field: 'cdn.address' }, address)
    for (const address of ['203.0.113.7', '127.0.0.1:8080', '2001:db8::7', '[2001:db8::7]:8443'])
      assert.equal(readPolicy(at(address)).cdn?.address, address)
  })

  it('is refused where the spool, which the site’s user owns, is not apart from the other folders', test => {
    const folder = tempFolder(test)
    const { agent, ...rest } = testPolicy(folder)
    const at = (spool: string): string => writePolicy(folder, { ...rest, agent: { ...agent, spool } })
    for (const spool of [agent.state, join(agent.state, 'spool'), folder, join(folder, 'run'), join(rest.site.root, 'spool')])
      assert.throws(() => readPolicy(at(spool)), { code: 'policy.invalid', field: 'agent.spool' }, spool)
    assert.equal(readPolicy(at(join(folder, 'spool'))).agent.spool, join(folder, 'spool'))
  })

  it('is refused with everything that is wrong, not the first thing alone', test => {
    const folder = tempFolder(test)
    const good = testPolicy(folder)
    const path = writePolicy(folder, { ...good, limits: { memoryMb: 1 }, kinds: ['Not A Kind'] })
    assert.throws(
      () => readPolicy(path),
      (error: Error) => /limits\.memoryMb/.test(error.message) && /kinds\.0/.test(error.message),
    )
  })

  it('is refused where it is missing, a folder, no JSON, or has members that nobody knows', test => {
    const folder = tempFolder(test)
    const path = join(folder, 'policy.json')
    assert.throws(() => readPolicy(path), { code: 'policy.invalid' })
    assert.throws(() => readPolicy(folder), { code: 'policy.invalid' })
    for (const text of ['', '{', JSON.stringify({ ...testPolicy(folder), shell: '/bin/sh' })]) {
      writeFileSync(path, text)
      assert.throws(() => readPolicy(path), { code: 'policy.invalid' })
    }
  })

  it('is not for the agent’s user to write', test => {
    const folder = tempFolder(test)
    const path = writePolicy(folder, testPolicy(folder))
    const mine = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    const other = { uid: 4_000_000, gid: mine.gid }
    chmodSync(path, 0o640)
    assert.equal(policyIsOpen(path, other), undefined)
    chmodSync(path, 0o660)
    assert.match(policyIsOpen(path, other) ?? '', /group/)
    chmodSync(path, 0o602)
    assert.match(policyIsOpen(path, other) ?? '', /anyone/)
  })
})
