import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startChild } from '../../src/launcher/child-process.ts'
import { findWrappers } from '../../src/launcher/wrappers.ts'

describe('a launcher', () => {
  it('with root starts nothing where the program is missing that takes rights away', () => {
    const noSetpriv = (path: string): boolean => !path.endsWith('setpriv')
    assert.throws(() => findWrappers(true, noSetpriv), { code: 'privilege.missing' })
    assert.deepEqual(Object.keys(findWrappers(false, noSetpriv)), ['nice', 'ionice'])
    assert.deepEqual(Object.keys(findWrappers(true, path => path.endsWith('setpriv'))), ['setpriv'])
  })

  it('outlives a child that can’t be started, however the system says so', async () => {
    const wiring = { account: undefined, stdin: 'pipe', stderr: 'keep', channel: true } as const
    for (const program of ['/nowhere/program', 'with\0nul']) {
      const child = startChild([program], wiring)
      const { code, lastWords } = await child.exited
      assert.equal(code, null)
      assert.notEqual(lastWords, '')
      child.stop(10)
    }
  })
})
