import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { openAt } from '../conformance/store-place.ts'

describe('whether the SQLite store takes work', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'platen-health-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is found out by a commit that others can see', async test => {
    const file = join(folder, 'gateway.db')
    const store = await openAt(file)
    test.after(() => store.close())
    const database = new Database(file)
    test.after(() => database.close())
    const version = (): unknown => database.pragma('data_version', { simple: true })
    for (let look = 0; look < 2; look += 1) {
      const before = version()
      assert.equal(await store.healthy(), true)
      assert.notEqual(version(), before)
    }
  })

  it('is no where the disk is full, and yes again when there is room', { skip: canMount() ? false : 'mounting needs root' }, async () => {
    const small = join(folder, 'small')
    mkdirSync(small)
    mount(small, 'size=4m')
    const store = await openAt(join(small, 'gateway.db'))
    try {
      assert.equal(await store.healthy(), true)
      assert.throws(() => writeFileSync(join(small, 'ballast'), Buffer.alloc(4_194_304)), { code: 'ENOSPC' })
      // What is left of the last block that the log has takes a look or two.
      await assert.rejects(
        async () => {
          for (let look = 0; look < 4; look += 1) await store.healthy()
        },
        { code: 'disk.full' },
      )
      rmSync(join(small, 'ballast'))
      assert.equal(await store.healthy(), true)
    } finally {
      await store.close()
      spawnSync('umount', ['-l', small])
    }
  })
})

function canMount(): boolean {
  const trial = mkdtempSync(join(tmpdir(), 'platen-mount-'))
  const may = mount(trial, 'size=64k')
  if (may) spawnSync('umount', ['-l', trial])
  rmSync(trial, { recursive: true })
  return may
}

/** Mounts memory at a folder. */
function mount(at: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', at], { stdio: 'ignore', timeout: 10_000 }).status === 0
}
