import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { PlatenError } from '@platen/protocol'
import type { SpoolPlace, SpoolPortion, SpoolSink } from '../../src/ports/spool-sink.ts'
import { forgettingSink } from '../../src/spool/forgetting-sink.ts'
import { watchSpool } from '../../src/spool/spool-watch.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { again } from '../support/again.ts'
import { HandClock } from '../support/runs-bench.ts'
import { tempFolder } from '../support/temp-folder.ts'

const line = `${JSON.stringify({ at: 1_795_000_000_000_000, what: 'One', tags: [], hidden: [], urls: [], trees: [] })}\n`

interface Watched {
  readonly clock: HandClock
  readonly log: string[]
  readonly sink: SpoolSink & { changes: number; fails: boolean }
  noted: number
}

/** A spool that is attended to by a clock that stands still until it is told to go on. */
function watched(test: TestContext, folder: string): Watched {
  const places = new Map<string, SpoolPlace | undefined>()
  const sink: Watched['sink'] = {
    changes: 0,
    fails: false,
    place: file => places.get(file),
    put: ({ changes = [], places: now }: SpoolPortion) => {
      if (sink.fails) throw new PlatenError('disk.full')
      sink.changes += changes.length
      for (const [file, place] of Object.entries(now)) places.set(file, place)
    },
    secure: () => {},
    tidy: () => false,
  }
  const one: Watched = { clock: new HandClock(), log: [], sink, noted: 0 }
  const log = jsonLog('test', text => one.log.push(text))
  const watch = watchSpool({ folder, sink, clock: one.clock, log, noted: () => (one.noted += 1) })
  test.after(() => watch.close())
  return one
}

describe('the watch over the spool', () => {
  it('reads what was there before, at once', test => {
    const folder = tempFolder(test)
    writeFileSync(join(folder, 'changes'), line)
    const one = watched(test, folder)
    assert.deepEqual([one.sink.changes, one.noted], [1, 1])
  })

  it('reads a tenth of a second after the system hints at something new', async test => {
    const folder = tempFolder(test)
    const one = watched(test, folder)
    appendFileSync(join(folder, 'changes'), line)
    await again(() => {
      one.clock.goOn(100)
      // A look would come after five seconds, of which none is near.
      assert.ok(one.clock.monotonic() < 4_900 || one.sink.changes > 0)
      assert.equal(one.sink.changes, 1)
    }, 2_000)
  })

  it('looks every five seconds where nothing hints at anything, also for a folder that comes later', test => {
    const folder = join(tempFolder(test), 'later')
    const one = watched(test, folder)
    mkdirSync(folder)
    writeFileSync(join(folder, 'changes'), line)
    one.clock.goOn(4_999)
    assert.equal(one.sink.changes, 0)
    one.clock.goOn(1)
    assert.equal(one.sink.changes, 1)
  })

  it('reads much of it a portion at a time', test => {
    const folder = tempFolder(test)
    writeFileSync(join(folder, 'changes'), line.repeat(200))
    const one = watched(test, folder)
    assert.equal(one.sink.changes, 64)
    for (let turn = 0; turn < 3; turn += 1) one.clock.goOn(100)
    assert.equal(one.sink.changes, 200)
  })

  it('says once that it can’t put anything away, and loses nothing', test => {
    const folder = tempFolder(test)
    const one = watched(test, folder)
    one.sink.fails = true
    writeFileSync(join(folder, 'changes'), line)
    for (let look = 0; look < 3; look += 1) one.clock.goOn(5_000)
    assert.equal(one.log.filter(text => text.includes('spool:unread')).length, 1)
    one.sink.fails = false
    one.clock.goOn(5_000)
    assert.equal(one.sink.changes, 1)
  })

  it('keeps the spool small where nobody needs what is in it', test => {
    const folder = tempFolder(test)
    writeFileSync(join(folder, 'pages'), `${'x'.repeat(10_000)}\n`.repeat(100))
    writeFileSync(join(folder, 'everything'), '')
    const clock = new HandClock()
    const watch = watchSpool({ folder, sink: forgettingSink(), clock, log: jsonLog('test', () => {}), noted: () => {} })
    test.after(() => watch.close())
    for (let turn = 0; turn < 10_000 && readdirSync(folder).length > 0; turn += 1) clock.goOn(100)
    assert.deepEqual(readdirSync(folder), [])
  })
})
