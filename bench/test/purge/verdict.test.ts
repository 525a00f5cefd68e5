import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerOf, type Answer } from '../../src/purge/answer.ts'
import { sameness } from '../../src/purge/sameness.ts'
import { judge, type Verdict } from '../../src/purge/verdict.ts'

const answer = (body: string, cache = '', made = '1'): Answer =>
  answerOf(200, name => ({ 'x-cache': cache, 'x-lab-made': made })[name] ?? '', body)
const gone = answerOf(502, () => '', '')

/** What becomes of a page that said `old` before and says `now` after, when the cache shows `kept`. */
function verdict(kept: Answer, now = 'new', copy: Answer | undefined = answer('old', 'HIT'), render = now): Promise<Verdict> {
  const sighting = { path: '/', copy, kept, before: answer('old'), after: answer(now) }
  return judge(
    sighting,
    sameness(() => Promise.resolve(answer(render))),
  )
}

describe('the verdict on a page', () => {
  it('is stale where the copy of before is still kept though the page has changed', async () => {
    assert.deepEqual(await verdict(answer('old', 'HIT')), { path: '/', changed: true, stale: true, purged: false, unsteady: false })
  })

  it('is purged where the copy is gone', async () => {
    assert.deepEqual(await verdict(gone), { path: '/', changed: true, stale: false, purged: true, unsteady: false })
  })

  it('is purged where the copy was replaced', async () => {
    assert.deepEqual(await verdict(answer('new', 'HIT', '2')), { path: '/', changed: true, stale: false, purged: true, unsteady: false })
  })

  it('is purged and stale where the copy was replaced by what is old as well', async () => {
    assert.deepEqual(await verdict(answer('old', 'HIT', '2')), { path: '/', changed: true, stale: true, purged: true, unsteady: false })
  })

  it('is purged for nothing where the page has not changed', async () => {
    assert.deepEqual(await verdict(gone, 'old'), { path: '/', changed: false, stale: false, purged: true, unsteady: false })
  })

  it('is neither changed nor purged where nothing was kept of it, yet stale where something old is', async () => {
    const sighting = { path: '/', copy: undefined, before: answer('old'), after: answer('new') }
    const same = sameness(() => Promise.resolve(answer('new')))
    assert.deepEqual(await judge({ ...sighting, kept: gone }, same), {
      path: '/',
      changed: false,
      stale: false,
      purged: false,
      unsteady: false,
    })
    assert.equal((await judge({ ...sighting, kept: answer('old', 'HIT') }, same)).stale, true)
  })

  it('is unsteady where the page is another each time', async () => {
    assert.equal((await verdict(answer('old', 'HIT'), 'one', undefined, 'one, two, three')).unsteady, true)
  })

  it('does not take what differs by itself for a change', async () => {
    assert.deepEqual(await verdict(answer('old', 'HIT'), 'other', answer('old', 'HIT'), 'third'), {
      path: '/',
      changed: false,
      stale: false,
      purged: false,
      unsteady: false,
    })
  })

  it('tells a change of status or of a header that carries content', () => {
    const headers = (total: string): Answer => answerOf(200, name => (name === 'x-wp-total' ? total : ''), '[]')
    assert.notEqual(headers('7').text, headers('8').text)
    assert.notEqual(answerOf(404, () => '', '').text, answerOf(410, () => '', '').text)
  })
})
