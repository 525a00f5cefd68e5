import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { SpoolChange } from '@platen/protocol'
import { openPageIndex } from '../../src/journal/page-index.ts'
import { spoolReader, type SpoolReader } from '../../src/spool/spool-reader.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { HandClock } from '../support/runs-bench.ts'
import { tempFolder } from '../support/temp-folder.ts'

const skip = process.getuid?.() !== 0 && 'only root may be two users'
/** Users and groups that own nothing else here. */
const [siteUid, siteGid, agentUid, agentGid] = [64_123, 64_124, 64_125, 64_126]
const atUs = 1_795_000_000_000_000
const line = (what: string): string => `${JSON.stringify({ at: atUs, what, tags: [], hidden: [], urls: [], trees: [] })}\n`

/** Does something as another user, with real rights. */
function as<Value>(uid: number, gid: number, call: () => Value): Value {
  const groups = process.getgroups?.() ?? []
  process.setgroups?.([gid])
  process.setegid?.(gid)
  process.seteuid?.(uid)
  try {
    return call()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
    process.setgroups?.(groups)
  }
}

interface Bench {
  readonly changes: string
  readonly folder: string
  readonly clock: HandClock
  readonly look: () => readonly SpoolChange[]
  readonly site: (text: string) => void
  readonly root: (text: string) => void
}

/** A spool of the site's, as the launcher makes it; `agent` reads it. */
function bench(test: TestContext, agent: { readonly uid: number; readonly gid: number }, mode: number): Bench {
  const outer = tempFolder(test)
  chmodSync(outer, 0o755)
  const folder = join(outer, 'spool')
  mkdirSync(folder)
  chownSync(folder, siteUid, agent.gid)
  chmodSync(folder, mode)
  const index = openPageIndex(join(tempFolder(test), 'pages.db'), { caches: true })
  test.after(() => index.close())
  const clock = new HandClock()
  const taken: SpoolChange[] = []
  const sink = {
    ...index,
    put: (portion: Parameters<typeof index.put>[0]) => {
      taken.push(...(portion.changes ?? []))
      index.put(portion)
    },
  }
  const reader: SpoolReader = spoolReader({ folder, sink, clock, log: jsonLog('test', () => {}) })
  const changes = join(folder, 'changes')
  return {
    changes,
    folder,
    clock,
    look: () => {
      as(agent.uid, agent.gid, () => {
        while (reader.turn());
      })
      return taken
    },
    site: text => as(siteUid, siteGid, () => appendFileSync(changes, text, { mode: 0o660 })),
    root: text => {
      appendFileSync(changes, text)
      chmodSync(changes, 0o660)
    },
  }
}

describe('a spool file that root has made', { skip }, () => {
  const apart = { uid: agentUid, gid: agentGid }

  it('is put aside once it was read, so that the site’s PHP can note changes again', test => {
    const one = bench(test, apart, 0o2770)
    one.root(line('by root'))
    assert.equal(statSync(one.changes).gid, agentGid)
    assert.throws(() => one.site(line('by the site')), { code: 'EACCES' })
    assert.deepEqual(
      one.look().map(({ what }) => what),
      ['by root'],
    )
    one.site(line('by the site'))
    assert.deepEqual(
      one.look().map(({ what }) => what),
      ['by root', 'by the site'],
    )
  })

  it('is no reason to put aside the site’s own, to which root may append as well', test => {
    const one = bench(test, apart, 0o2770)
    one.site(line('by the site'))
    one.root(line('by root'))
    assert.equal(one.look().length, 2)
    assert.deepEqual(readdirSync(one.folder), ['changes'])
  })

  it('is put aside too where another one is being finished, when that is', test => {
    const one = bench(test, apart, 0o2770)
    one.root(line('first'))
    one.look()
    one.root(line('second'))
    assert.equal(one.look().length, 2)
    for (let look = 0; look < 3; look += 1) {
      one.clock.goOn(6_000)
      one.look()
    }
    one.site(line('by the site'))
    assert.equal(one.look().length, 3)
  })

  it('is put aside where nothing could be written to it', test => {
    const one = bench(test, apart, 0o2770)
    writeFileSync(one.changes, '')
    chmodSync(one.changes, 0o660)
    one.look()
    assert.ok(!existsSync(one.changes))
  })

  it('is thrown away as a change of everything where one user is both and may not read it', test => {
    const one = bench(test, { uid: siteUid, gid: siteGid }, 0o700)
    one.root(line('by root'))
    chownSync(one.changes, 0, 0)
    assert.deepEqual(
      one.look().map(({ everything }) => everything),
      [true],
    )
    one.site(line('by the site'))
    assert.equal(one.look().length, 2)
  })
})
