import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { checkSpool } from '../../src/doctor/spool-check.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testPolicy } from '../support/test-policy.ts'

describe('the doctor’s look at the spool', () => {
  it('tells whether it is there, whose it is, and who may write to it', test => {
    const folder = tempFolder(test)
    const spool = join(folder, 'spool')
    const base = testPolicy(folder)
    const policy = { ...base, agent: { ...base.agent, user: 'agent', spool }, site: { ...base.site, user: 'site' } }
    const { uid, gid } = statSync(folder)
    const shared = (name: string) => (name === 'site' ? { uid, gid: gid + 1 } : { uid: uid + 1, gid })
    const one = () => ({ uid, gid })
    assert.equal(checkSpool(base, shared).state, 'weak')
    assert.equal(checkSpool(policy, () => undefined).state, 'unknown')
    assert.match(checkSpool(policy, shared).detail, /no folder/)
    mkdirSync(spool)
    chmodSync(spool, 0o700)
    assert.equal(checkSpool(policy, one).state, 'good')
    assert.match(checkSpool(policy, shared).fix ?? '', /chmod 2770/)
    chmodSync(spool, 0o2770)
    assert.equal(checkSpool(policy, shared).state, 'good')
    assert.equal(checkSpool(policy, one).state, 'failed')
    assert.equal(checkSpool(policy, name => (name === 'site' ? { uid: uid + 5, gid } : { uid: uid + 1, gid })).state, 'failed')
  })
})
