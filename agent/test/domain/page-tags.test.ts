import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { classTag, isClassTag, tagSets } from '../../src/domain/page-tags.ts'

const tag = fc.oneof(
  fc
    .tuple(fc.constantFrom('', 'b2.', 'b13.'), fc.constantFrom('post', 'count', 'term'), fc.nat(200))
    .map(([blog, group, id]) => `${blog}${group}:${id}`),
  fc.constantFrom('option:blogname', 'option:page_on_front', 'post:*', 'list:post/term:5', 'b2.list:any', 'comments:all'),
)

describe('the sets of a page’s tags', () => {
  it('hold each of its tags once', () => {
    fc.assert(
      fc.property(fc.array(tag), tags => {
        assert.deepEqual(tagSets(tags).flat().toSorted(), [...new Set(tags)].toSorted())
      }),
    )
  })

  it('are the same whatever the order of the tags', () => {
    fc.assert(
      fc.property(fc.array(tag), tags => {
        assert.deepEqual(new Set(tagSets(tags).map(String)), new Set(tagSets(tags.toReversed()).map(String)))
      }),
    )
  })

  it('keep what is the page’s own apart from what others have as well', () => {
    const own = ['post:700', 'comments:700', 'count:700', 'post:701']
    const menu = ['post:31', 'post:30']
    const sets = tagSets([...own, ...menu, 'option:a', 'option:b', 'b2.post:700'])
    assert.deepEqual(new Set(sets.map(String)), new Set([own.toSorted().join(','), 'post:30,post:31', 'option:a,option:b', 'b2.post:700']))
  })
})

describe('the tag of a class', () => {
  it('stands for all of it, blog by blog', () => {
    assert.equal(classTag('b2.list:post/term:5'), 'b2.list:*')
    assert.deepEqual(['post:*', 'post:5', 'b2.post:*'].map(isClassTag), [true, false, true])
  })
})
