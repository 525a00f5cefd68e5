import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { diskState } from '../../src/site/disk.ts'

describe('diskState', () => {
  let root = ''
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'platen-disk-'))
  })
  after(() => rm(root, { recursive: true, force: true }))

  it('has no uploads where there is no such folder', async () => {
    const { root: own, uploads } = await diskState(root)
    assert.ok(own.totalBytes >= own.freeBytes && own.freeBytes > 0)
    assert.equal(uploads, undefined)
  })

  it('tells that site and uploads share a disk', async () => {
    await mkdir(join(root, 'wp-content', 'uploads'), { recursive: true })
    const { root: own, uploads } = await diskState(root)
    assert.equal(uploads?.device, own.device)
  })

  it('fails where the site is gone', async () => {
    await assert.rejects(diskState(join(root, 'gone')), { code: 'file.not_found' })
  })
})
