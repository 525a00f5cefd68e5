import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { learnMask, masked } from '../../src/purge/mask.ts'

const page = (secret: string, title = 'Story 1'): string =>
  `<h1>${title}</h1><iframe data-secret="${secret}" src="/story-1/embed/#?secret=${secret}"></iframe><p>2026-03-20</p>`

describe('what differs each time a page is made', () => {
  it('is hidden after two renders of one state have shown it', () => {
    const mask = learnMask(page('aB3'), page('Zz9'))
    assert.ok(mask)
    assert.equal(masked(page('aB3'), mask), masked(page('x'), mask))
  })

  it('does not hide a change beside it', () => {
    const mask = learnMask(page('aB3'), page('Zz9'))
    assert.ok(mask)
    assert.notEqual(masked(page('aB3'), mask), masked(page('aB3', 'Another story'), mask))
  })

  it('is found again when the page around it has changed', () => {
    const mask = learnMask(page('aB3'), page('Zz9'))
    assert.ok(mask)
    assert.equal(masked(page('aB3', 'Another story'), mask), masked(page('q', 'Another story'), mask))
  })

  it('is learned in addition to what is known', () => {
    const known = learnMask('<p>time 12:00:01</p> one two', '<p>time 12:00:02</p> one two')
    const mask = learnMask('<p>time 12:00:01</p> salt=1', '<p>time 12:00:03</p> salt=2', known)
    assert.ok(mask)
    assert.equal(masked('<p>time 7</p> salt=8', mask), masked('<p>time 9</p> salt=0', mask))
  })

  it('is told word by word where two in a row differ', () => {
    const mask = learnMask('made 2026-03-20 12:00:01 here', 'made 2026-03-21 12:00:02 here')
    assert.ok(mask)
    assert.equal(masked('made 1 2 here', mask), 'made * * here')
  })

  it('is nothing where the renders are equal', () => {
    assert.deepEqual(learnMask('the same', 'the same'), new Set())
    assert.equal(masked('the same', new Set()), 'the same')
  })

  it('is too much for a mask where it is more than words', () => {
    assert.equal(learnMask('<ul><li>one</li></ul>', '<ul><li>one</li><li>two</li></ul>'), undefined)
    assert.equal(learnMask('a <b>', 'a </b>'), undefined)
  })
})
