import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import { limits, PlatenError, type SpoolChange, type SpoolPage } from '@platen/protocol'
import type { SpoolPlace, SpoolPortion, SpoolSink } from '../../src/ports/spool-sink.ts'
import { spoolReader, type SpoolReader } from '../../src/spool/spool-reader.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { HandClock } from '../support/runs-bench.ts'
import { tempFolder } from '../support/temp-folder.ts'

const atUs = 1_795_000_000_000_000
const page = (number: number): SpoolPage => ({ at: atUs + number, url: `http://site.test/${number}/`, status: 200, tags: ['post:1'] })
const change = (number: number): SpoolChange => ({ at: atUs + number, what: `change ${number}`, tags: [], hidden: [], urls: [], trees: [] })
const line = (value: object): string => `${JSON.stringify(value)}\n`

/** Keeps what it is given as a database would: all of a portion or nothing, and over the death of its reader. */
class MemorySink implements SpoolSink {
  places = new Map<string, SpoolPlace>()
  pages: SpoolPage[] = []
  changes: SpoolChange[] = []
  /** How many commits succeed before the process dies. */
  lives = Infinity
  place(file: string): SpoolPlace | undefined {
    return this.places.get(file)
  }
  put({ pages = [], changes = [], places }: SpoolPortion): void {
    this.live()
    this.pages.push(...pages)
    this.changes.push(...changes)
    for (const [name, place] of Object.entries(places)) {
      if (place) this.places.set(name, place)
      else this.places.delete(name)
    }
  }
  secure(): void {
    this.live()
  }
  tidy(): boolean {
    return false
  }
  live(): void {
    this.lives -= 1
    if (this.lives < 0) throw new PlatenError('store.unavailable', 'dead')
  }
}

interface Bench {
  readonly folder: string
  readonly sink: MemorySink
  readonly clock: HandClock
  readonly lines: string[]
  readonly reader: () => SpoolReader
}

function bench(folder: string, asideBytes?: number): Bench {
  const [sink, clock, lines] = [new MemorySink(), new HandClock(), [] as string[]]
  const log = jsonLog('test', text => lines.push(text))
  const aside = asideBytes === undefined ? {} : { asideBytes }
  return { folder, sink, clock, lines, reader: () => spoolReader({ folder, sink, clock, log, ...aside }) }
}

/** A request of PHP that appends a text in pieces, to the file that had the name when it opened it. */
function slowWriter(path: string, text: string): { append(length: number): void; openAnew(): void; close(): void } {
  let written = 0
  let file = openSync(path, 'a')
  const append = (length: number): void => {
    const piece = text.slice(written, written + length)
    written += piece.length
    appendFileSync(file, piece)
  }
  return {
    append,
    // A line that was begun is ended in the same file.
    openAnew: () => {
      if (text[written - 1] !== '\n') append(text.indexOf('\n', written) + 1 - written)
      closeSync(file)
      file = openSync(path, 'a')
    },
    close: () => closeSync(file),
  }
}

function readAll(reader: SpoolReader): void {
  while (reader.turn());
}

/** Past all waiting for late writers. */
function settle({ clock }: Bench, reader: SpoolReader): void {
  for (let look = 0; look < 4; look += 1) {
    readAll(reader)
    clock.goOn(6_000)
  }
}

const opened = (test: TestContext): Bench => bench(tempFolder(test))

describe('the reader of the spool', () => {
  it('takes each whole line exactly once, however appends are split, files put aside and the agent killed', test => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 200 }) }) },
      { weight: 4, arbitrary: fc.constant('look' as const) },
      { weight: 1, arbitrary: fc.constant('open anew' as const) },
      { weight: 3, arbitrary: fc.record({ dieAfter: fc.integer({ min: 0, max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.constantFrom(4_000, 11_000) }) },
    )
    const root = tempFolder(test)
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), fc.integer({ min: 1, max: 60 }), (steps, most) => {
        const folder = join(root, 'spool')
        rmSync(folder, { recursive: true, force: true })
        mkdirSync(folder)
        const one = bench(folder, 300)
        const numbers = Array.from({ length: most }, (_, number) => number)
        const text = numbers.map(number => line(page(number))).join('')
        const writer = slowWriter(join(folder, 'pages'), text)
        let reader = one.reader()
        const look = (): void => {
          try {
            readAll(reader)
          } catch {
            // It died: another one takes over what the database and the folder hold.
            reader = one.reader()
          }
          one.sink.lives = Infinity
        }
        for (const what of steps) {
          if (what === 'look') look()
          else if (what === 'open anew') writer.openAnew()
          else if ('append' in what) writer.append(what.append)
          else if ('pass' in what) {
            writer.openAnew()
            one.clock.goOn(what.pass)
          } else {
            one.sink.lives = what.dieAfter
            look()
          }
        }
        writer.append(Infinity)
        writer.close()
        settle(one, reader)
        assert.deepEqual(
          one.sink.pages.map(({ url }) => url),
          numbers.map(number => page(number).url),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('keeps a file that it put aside until a request that still has it open has long written', test => {
    const one = bench(tempFolder(test), 100)
    const reader = one.reader()
    writeFileSync(join(one.folder, 'pages'), line(page(1)) + line(page(1)))
    readAll(reader)
    assert.deepEqual(readdirSync(one.folder), ['pages.read'])
    // As PHP does that opened it before.
    appendFileSync(join(one.folder, 'pages.read'), line(page(2)))
    one.clock.goOn(9_000)
    readAll(reader)
    assert.equal(one.sink.pages.at(-1)?.url, page(2).url)
    settle(one, reader)
    assert.deepEqual([readdirSync(one.folder), [...one.sink.places.keys()]], [[], []])
    assert.equal(one.sink.pages.length, 3)
  })

  it('goes on where it was when it died between putting a file aside and saying so', test => {
    const one = bench(tempFolder(test), 100)
    writeFileSync(join(one.folder, 'pages'), line(page(1)) + line(page(2)))
    one.sink.lives = 1
    assert.throws(() => readAll(one.reader()), { code: 'store.unavailable' })
    assert.deepEqual(readdirSync(one.folder), ['pages.read'])
    one.sink.lives = Infinity
    appendFileSync(join(one.folder, 'pages'), line(page(3)))
    settle(one, one.reader())
    assert.deepEqual(
      one.sink.pages.map(({ url }) => url),
      [1, 2, 3].map(number => page(number).url),
    )
  })

  it('reads pages and changes by turns, so that neither waits for ever', test => {
    const one = opened(test)
    writeFileSync(join(one.folder, 'pages'), Array.from({ length: 1_000 }, (_, number) => line(page(number))).join(''))
    writeFileSync(join(one.folder, 'changes'), Array.from({ length: 1_000 }, (_, number) => line(change(number))).join(''))
    const reader = one.reader()
    for (let turn = 0; turn < 4; turn += 1) reader.turn()
    assert.deepEqual([one.sink.pages.length, one.sink.changes.length], [128, 128])
  })

  it('takes the sign that a change could not be noted as a change of everything, once', test => {
    const one = opened(test)
    writeFileSync(join(one.folder, 'everything'), '')
    const reader = one.reader()
    readAll(reader)
    assert.deepEqual(
      one.sink.changes.map(({ everything }) => everything),
      [true],
    )
    assert.deepEqual(readdirSync(one.folder), [])
  })

  it('takes that sign again where it died before it was gone', test => {
    const one = opened(test)
    writeFileSync(join(one.folder, 'everything'), '')
    one.sink.lives = 0
    assert.throws(() => one.reader().turn(), { code: 'store.unavailable' })
    one.sink.lives = Infinity
    readAll(one.reader())
    assert.equal(one.sink.changes.length, 1)
  })

  it('takes the loss of a file of changes that it had not read to its end as a change of everything', test => {
    const one = opened(test)
    const file = join(one.folder, 'changes')
    writeFileSync(file, line(change(1)))
    const reader = one.reader()
    readAll(reader)
    rmSync(file)
    readAll(reader)
    assert.deepEqual(
      one.sink.changes.map(({ everything }) => everything),
      [undefined, true],
    )
  })

  it('begins at the start of a file that has the inode of another one', test => {
    const one = opened(test)
    const file = join(one.folder, 'pages')
    writeFileSync(file, line(page(1)))
    const reader = one.reader()
    readAll(reader)
    truncateSync(file)
    appendFileSync(file, `${' '.repeat(5)}${line(page(2))}${line(page(3))}`)
    readAll(reader)
    assert.deepEqual(
      one.sink.pages.map(({ url }) => url),
      [1, 2, 3].map(number => page(number).url),
    )
  })

  it('counts lines that are none or too long and says so now and then', test => {
    const one = opened(test)
    const file = join(one.folder, 'pages')
    writeFileSync(file, `nonsense\n${'x'.repeat(3 * limits.spool.lineBytes)}\n${line(page(1))}`)
    const reader = one.reader()
    readAll(reader)
    appendFileSync(file, 'nonsense\n')
    readAll(reader)
    one.clock.goOn(60_000)
    readAll(reader)
    assert.equal(one.sink.pages.length, 1)
    const told = one.lines.map(text => JSON.parse(text) as { event: string; pages: number })
    assert.equal(
      told.every(({ event }) => event === 'spool:broken'),
      true,
    )
    assert.equal(
      told.reduce((sum, { pages }) => sum + pages, 0),
      3,
    )
  })

  it('takes a line of changes that it can’t read, or that is too long, as a change of everything', test => {
    const one = opened(test)
    const file = join(one.folder, 'changes')
    const newer = JSON.stringify({ ...change(1), more: 'than this agent knows' })
    for (const text of [`${newer}\n`, `${'x'.repeat(limits.spool.lineBytes)}\n`]) {
      const before = one.sink.changes.length
      appendFileSync(file, `${line(change(2))}${text}`)
      readAll(one.reader())
      assert.deepEqual(
        one.sink.changes.slice(before).map(({ everything }) => everything),
        [undefined, true],
      )
    }
  })

  it('follows no link and opens nothing but plain files', test => {
    const one = opened(test)
    const secret = join(tempFolder(test), 'secret')
    writeFileSync(secret, line(page(1)))
    symlinkSync(secret, join(one.folder, 'pages'))
    symlinkSync(secret, join(one.folder, 'pages.read'))
    assert.equal(spawnSync('mkfifo', [join(one.folder, 'changes')]).status, 0)
    mkdirSync(join(one.folder, 'changes.read'))
    readAll(one.reader())
    assert.deepEqual([one.sink.pages, one.sink.changes], [[], []])
    assert.ok(existsSync(secret))
  })

  it('reads a file with a second name like any other', test => {
    const one = opened(test)
    const other = join(tempFolder(test), 'other')
    writeFileSync(other, line(page(1)))
    linkSync(other, join(one.folder, 'pages'))
    readAll(one.reader())
    assert.equal(one.sink.pages.length, 1)
  })

  it('sees nothing in a folder that is not there', test => {
    const one = bench(join(tempFolder(test), 'none'))
    assert.equal(one.reader().turn(), false)
  })
})
