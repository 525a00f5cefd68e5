import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { kinds } from '@platen/protocol'
import { KindLists } from '../../src/link/kind-lists.ts'

describe('what an agent can do', () => {
  it('is what this gateway knows of it, in one list for all who can do the same', () => {
    const lists = new KindLists({ kinds })
    const list = lists.of(['mail.read', 'health.report', 'cache.purge', 'cache.purge'])
    assert.deepEqual(list.toSorted(), ['cache.purge', 'health.report'])
    assert.equal(lists.of(['health.report', 'cache.purge']), list)
    assert.deepEqual(lists.of([]), [])
  })
})
