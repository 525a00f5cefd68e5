import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkPrograms, checkState, checkUsers, fileSystemOf } from '../../src/doctor/machine-checks.ts'
import { testPolicy } from '../support/test-policy.ts'

const mounts = `22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw
23 22 8:1 / /var/lib/platen rw shared:2 - ext4 /dev/sda1 rw
24 22 0:21 / /run rw - tmpfs tmpfs rw`

describe('the doctor', () => {
  it('knows the file system of a folder by its nearest mount', () => {
    assert.equal(fileSystemOf('/var/lib/platen/state', mounts), 'ext4')
    assert.equal(fileSystemOf('/var/lib/platen2', mounts), 'overlay')
    assert.equal(fileSystemOf('/run/platen', mounts), 'tmpfs')
  })

  it('refuses state that goes with the container', () => {
    const { agent } = testPolicy('/srv')
    const at = (state: string) => checkState({ ...testPolicy('/srv'), agent: { ...agent, state } }, mounts).state
    assert.equal(at('/var/lib/platen/state'), 'good')
    assert.equal(at('/srv/state'), 'failed')
    assert.equal(at('/run/state'), 'failed')
  })

  it('says what it costs when agent and site are one user, or one of them is root', () => {
    const base = testPolicy('/srv')
    const policy = { ...base, agent: { ...base.agent, user: 'a' }, site: { ...base.site, user: 's' }, nginx: { ...base.nginx, user: 'n' } }
    const ids: Record<string, { uid: number; gid: number }> = {
      a: { uid: 1, gid: 1 },
      s: { uid: 2, gid: 2 },
      n: { uid: 3, gid: 3 },
      r: { uid: 0, gid: 0 },
    }
    const check = (changes: object, isRoot = true) =>
      checkUsers({ ...policy, ...changes } as typeof base, (name: string) => ids[name], isRoot)
    assert.equal(check({}).state, 'good')
    assert.equal(check({}, false).state, 'unknown')
    assert.match(check({ site: { ...base.site, user: 'a' } }).detail, /one user/)
    assert.equal(check({ site: { ...base.site, user: 'r' } }).state, 'weak')
    assert.match(check({ site: { ...base.site, user: 'nobody-here' } }).detail, /No such user: nobody-here/)
  })

  it('names programs that are missing', () => {
    assert.equal(checkPrograms(() => true).state, 'good')
    assert.match(checkPrograms((path: string) => !path.endsWith('setpriv')).detail, /setpriv/)
  })
})
