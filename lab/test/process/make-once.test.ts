import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { makeOnce } from '@platen/lab'

describe('a folder that is made once', () => {
  let folder: string
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'lab-once-'))))
  afterEach(() => rm(folder, { recursive: true }))

  it('is made by one of many that want it at once', async () => {
    let builds = 0
    const want = () =>
      makeOnce(join(folder, 'thing'), async aside => {
        builds++
        await writeFile(join(aside, 'file'), 'made')
      })
    const made = await Promise.all([want(), want(), want()])
    assert.equal(builds, 1)
    for (const path of made) assert.equal(await readFile(join(path, 'file'), 'utf8'), 'made')
  })

  it('is not there at all when making it fails, and can be tried again', async () => {
    const target = join(folder, 'thing')
    await assert.rejects(
      makeOnce(target, async aside => {
        await writeFile(join(aside, 'half'), '')
        throw new Error('broken')
      }),
      /broken/,
    )
    assert.deepEqual(await readdir(folder), [])
    await makeOnce(target, async () => {})
    assert.ok(existsSync(target))
  })

  it('does not wait for a maker that died', async () => {
    const lock = join(folder, 'thing.lock')
    await mkdir(lock)
    const dead = 2 ** 22 + 1
    await writeFile(join(lock, 'pid'), String(dead))
    await makeOnce(join(folder, 'thing'), async () => {})
    assert.ok(existsSync(join(folder, 'thing')))
  })

  it('names a full disk and what to do', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
    await assert.rejects(
      makeOnce(join(folder, 'thing'), () => Promise.reject(full)),
      { code: 'lab.no_disk' },
    )
  })
})
