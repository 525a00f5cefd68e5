import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allowedKinds, judge, policyForRole, userOfRole } from '../../src/domain/policy.ts'
import { testKinds } from '../support/test-kinds.ts'
import { testPolicy } from '../support/test-policy.ts'

const kinds = new Map(testKinds.map(kind => [kind.name, kind]))
const policy = testPolicy('/tmp/unused', { kinds: ['test.light'] })
const local = { kind: 'test.light', origin: 'owner', attempt: 0, epoch: 0 } as const
const leased = { kind: 'test.light', origin: 'platform', attempt: 1, epoch: 1 } as const

describe('the policy', () => {
  it('allows the kinds that it lists, to the site and to the platform', () => {
    assert.equal(judge(policy, kinds, local), undefined)
    assert.equal(judge(policy, kinds, leased), undefined)
    assert.deepEqual(
      allowedKinds(policy, kinds).map(kind => kind.name),
      ['test.light'],
    )
  })

  it('refuses a kind that it does not list, also to root', () => {
    assert.equal(judge(policy, kinds, { ...local, kind: 'test.heavy', origin: 'root' })?.code, 'policy.denied')
  })

  it('refuses a kind that this build does not know, also where the file lists it', () => {
    const wide = testPolicy('/tmp/unused', { kinds: ['lab.noop'] })
    assert.equal(judge(wide, kinds, { ...local, kind: 'lab.noop' })?.code, 'kind.unknown')
  })

  it('lets neither a leased job pass for a local one nor a local one for a leased', () => {
    assert.equal(judge(policy, kinds, { ...leased, origin: 'owner' })?.code, 'input.invalid')
    assert.equal(judge(policy, kinds, { ...local, origin: 'platform' })?.code, 'input.invalid')
  })

  it('names the user of each role, the site’s for nginx’s work where there is no nginx', () => {
    const { nginx: _nginx, ...without } = policy
    assert.equal(userOfRole(policy, 'nginx'), policy.nginx?.user)
    assert.equal(userOfRole(without, 'nginx'), policy.site.user)
    assert.equal(userOfRole(policy, 'agent'), policy.agent.user)
  })

  it('hides from workers of the site what PHP of the site must not know', () => {
    const text = JSON.stringify(policyForRole(policy, 'site'))
    for (const secret of [policy.nginx?.refreshSecret, policy.agent.tcp?.secret]) assert.ok(secret !== undefined && !text.includes(secret))
    assert.equal(policyForRole(policy, 'nginx').nginx?.refreshSecret, policy.nginx?.refreshSecret)
    assert.equal(policyForRole(policy, 'nginx').agent.tcp, undefined)
  })
})
