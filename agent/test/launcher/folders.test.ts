import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { DocumentPolicy } from '@platen/protocol'
import { prepareSpool } from '../../src/launcher/folders.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testPolicy } from '../support/test-policy.ts'

const skip = process.getuid?.() !== 0 && 'needs root'
const agent = { name: 'agent', uid: 40_001, gid: 40_002, home: '/' }
const site = { name: 'site', uid: 40_003, gid: 40_004, home: '/' }

function policyWithSpool(test: TestContext): { readonly policy: DocumentPolicy; readonly spool: string } {
  const folder = tempFolder(test)
  const base = testPolicy(folder)
  const spool = join(folder, 'spool')
  return { spool, policy: { ...base, agent: { ...base.agent, spool } } }
}

function rights(folder: string): readonly [mode: string, uid: number, gid: number] {
  const { mode, uid, gid } = statSync(folder)
  return [(mode & 0o7777).toString(8), uid, gid]
}

describe('the spool', () => {
  it('is for the site’s user and the agent’s group, which all that is made in it has, and for nobody else', { skip }, test => {
    const { policy, spool } = policyWithSpool(test)
    prepareSpool(policy, agent, site)
    assert.deepEqual(rights(spool), ['2770', site.uid, agent.gid])
  })

  it('is put right again where it is not so, and made where it is gone', { skip }, test => {
    const { policy, spool } = policyWithSpool(test)
    mkdirSync(spool)
    chmodSync(spool, 0o755)
    prepareSpool(policy, agent, site)
    assert.deepEqual(rights(spool), ['2770', site.uid, agent.gid])
    rmSync(spool, { recursive: true })
    prepareSpool(policy, agent, site)
    assert.deepEqual(rights(spool), ['2770', site.uid, agent.gid])
  })

  it('is one user’s alone where there is but one', test => {
    const { policy, spool } = policyWithSpool(test)
    prepareSpool(policy, undefined, undefined)
    assert.equal(rights(spool)[0], '700')
  })

  it('is not made where a link is, nor where the policy file names none', test => {
    const { policy, spool } = policyWithSpool(test)
    symlinkSync(tempFolder(test), spool)
    assert.throws(() => prepareSpool(policy, undefined, undefined), { code: 'path.symlink' })
    prepareSpool(testPolicy('/nonexistent'), undefined, undefined)
  })
})
