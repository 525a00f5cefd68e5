import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { parseChangesAsk, type ChangesAnswer, type ChangesAsk } from '../../src/domain/changes-message.ts'
import type { ChangeLedger } from '../../src/ports/change-ledger.ts'
import { hostChanges } from '../../src/work/host-changes.ts'
import { workerChanges } from '../../src/work/worker-changes.ts'

const batch = {
  sinceUs: 1,
  atUs: 2,
  count: 1,
  what: ['x'],
  everything: false,
  hidden: [],
  exposed: [],
  cdnTags: { closed: [], changed: [] },
  urgent: [],
  pages: ['http://site.test/'],
}

/** A ledger that notes what it is told. */
class Ledger implements ChangeLedger {
  told: (readonly [jobId: string, urls: number, isLast: boolean])[] = []
  batches = [batch]
  fails: PlatenError | undefined
  pending = (): boolean => this.batches.length > 0
  take = (): typeof batch | undefined => {
    if (this.fails) throw this.fails
    return this.batches.pop()
  }
  settle = (): void => {}
  release = (): void => {}
  needsKept = (): boolean => true
  tellKept = (jobId: string, urls: readonly string[], isLast: boolean): void => void this.told.push([jobId, urls.length, isLast])
}

/** A worker's end and the main process's, with the line between them. */
function connected(ledger: ChangeLedger | undefined, kind = 'cache.purge'): ReturnType<typeof hostChanges> {
  const main = workerChanges(ledger, { jobId: 'job', kind }, answer => host.take(JSON.parse(JSON.stringify(answer)) as ChangesAnswer))
  const host = hostChanges(ask => {
    const heard = parseChangesAsk(JSON.parse(JSON.stringify(ask)) as Record<string, unknown>)
    if (heard) main(heard)
  }, new AbortController().signal)
  return host
}

describe('a worker that purges', () => {
  it('takes changes until there are none', async () => {
    const { changes } = connected(new Ledger())
    assert.deepEqual(await changes.take(), batch)
    assert.equal(await changes.take(), undefined)
  })

  it('tells what nginx keeps in parts that fit a message, the last one marked', async () => {
    const ledger = new Ledger()
    const { changes } = connected(ledger)
    assert.equal(await changes.needsKept(), true)
    await changes.tellKept(Array.from({ length: 4_100 }, (_, number) => `http://site.test/${number}`))
    await changes.tellKept([])
    await changes.tellKept(Array.from({ length: 300 }, (_, number) => `http://site.test/${'x'.repeat(2_000)}${number}`))
    assert.deepEqual(ledger.told, [
      ['job', 2_000, false],
      ['job', 2_000, false],
      ['job', 100, true],
      ['job', 0, true],
      ['job', 247, false],
      ['job', 53, true],
    ])
  })

  it('learns why something could not be done', async () => {
    const ledger = new Ledger()
    ledger.fails = new PlatenError('disk.full')
    await assert.rejects(connected(ledger).changes.take(), { code: 'disk.full' })
  })

  it('finds no changes where there is no spool', async () => {
    const { changes } = connected(undefined)
    assert.equal(await changes.take(), undefined)
    assert.equal(await changes.needsKept(), false)
    await changes.tellKept(['http://site.test/'])
  })

  it('hears no answer once it is cancelled', async () => {
    const abort = new AbortController()
    const { changes } = hostChanges(() => abort.abort(new PlatenError('job.cancelled')), abort.signal)
    await assert.rejects(changes.take(), { code: 'job.cancelled' })
    await assert.rejects(changes.take(), { code: 'job.cancelled' })
  })
})

describe('a worker that may have been taken over', () => {
  it('gets nothing in another kind’s job', async () => {
    const ledger = new Ledger()
    await assert.rejects(connected(ledger, 'images.optimize').changes.take(), { code: 'policy.denied' })
    assert.equal(ledger.batches.length, 1)
  })

  it('is heard only as far as its questions are such', () => {
    const urls = ['http://site.test/']
    const good = { type: 'changes.kept', id: 1, urls, isLast: true }
    assert.deepEqual(parseChangesAsk({ ...good, more: 1 }), good)
    for (const wrong of [
      { ...good, id: '1' },
      { ...good, isLast: 1 },
      { ...good, urls: 'http://site.test/' },
      { ...good, urls: ['file:///etc/passwd'] },
      { ...good, urls: ['http://site.test/\n'] },
      { ...good, urls: [`http://site.test/${'x'.repeat(2_048)}`] },
      { ...good, urls: Array.from({ length: 2_001 }, () => 'http://site.test/') },
      { type: 'changes.take' },
      { type: 'changes.drop', id: 1 },
    ])
      assert.equal(parseChangesAsk(wrong), undefined, JSON.stringify(wrong).slice(0, 100))
  })

  it('is cut when it goes on asking for ever', () => {
    const ask: ChangesAsk = { type: 'changes.needs_kept', id: 1 }
    const main = workerChanges(new Ledger(), { jobId: 'job', kind: 'cache.purge' }, () => {})
    assert.equal(Array.from({ length: 20_000 }, () => main(ask)).every(Boolean), true)
    assert.equal(main(ask), false)
  })
})
