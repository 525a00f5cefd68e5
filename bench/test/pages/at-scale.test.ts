import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { agentAtScale } from '../../src/pages/at-scale.ts'
import { groupTag, ownTag, pagesOfGroup, shapeOf, someOwn } from '../../src/pages/shape.ts'

describe('the pages of the bench', () => {
  const pages = 4_000
  const shapes = Array.from({ length: pages }, (_, number) => shapeOf(number, pages))
  const having = (tag: string): number => shapes.filter(({ tags }) => tags.includes(tag)).length

  it('have some 95 tags each, none twice', () => {
    const counts = shapes.map(({ tags }) => tags.length)
    const mean = counts.reduce((sum, count) => sum + count, 0) / pages
    assert.ok(mean > 80 && mean < 100, String(mean))
    assert.ok(shapes.every(({ tags }) => new Set(tags).size === tags.length))
  })

  it('are a thousand to each tag of a group', () => {
    for (const group of [0, 1, 2, 3]) assert.equal(having(groupTag(group)), pagesOfGroup)
  })

  it('have a tag that no other has, where the bench purges one', () => {
    for (const number of someOwn(20, pages)) assert.equal(having(ownTag(number)), 1)
  })
})

describe('the agent of many cached pages', () => {
  it('is measured on an index and a cache folder on disk, each purge being that of the right pages', async () => {
    const figures = await agentAtScale({ pages: 1_000, times: 1, listings: 1 }, () => undefined)
    assert.deepEqual(
      Object.entries(figures)
        .filter(([, value]) => !(value > 0))
        .map(([name]) => name),
      ['everythingLeft'],
    )
    assert.equal(figures['everythingRemoved'], 1_000)
  })
})
