import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NativeSite } from '@platen/lab'
import { phpWorkOf } from '../../src/purge/php-work.ts'

/** A PHP-FPM that counts every question for its number as a request as well. */
function fpm(): { visits: number; site: Pick<NativeSite, 'fetch' | 'php'> } {
  let asked = 0
  const one = {
    visits: 0,
    site: {
      php: { socket: '', phpCli: '', statusPath: '/status', configFile: '' },
      fetch: () => Promise.resolve(Response.json({ 'accepted conn': (asked += 1) + one.visits })),
    },
  }
  return one
}

describe('PHP’s work', () => {
  it('is counted without the questions for it', async () => {
    const one = fpm()
    const php = phpWorkOf(one.site)
    const before = await php.requests()
    one.visits += 3
    assert.equal((await php.requests()) - before, 3)
    assert.equal((await php.requests()) - before, 3)
  })

  it('never becomes quiet where it goes on', async () => {
    const one = fpm()
    const php = phpWorkOf({ ...one.site, fetch: () => one.site.fetch('').finally(() => (one.visits += 1)) })
    assert.equal(await php.becomesQuiet(1), false)
  })
})
