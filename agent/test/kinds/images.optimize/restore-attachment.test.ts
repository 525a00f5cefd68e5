import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addPhoto, encoder, optimize, restore, siteOf } from './photo-site.ts'
import { uploads } from './site-double.ts'

describe('restoring', () => {
  it('serves the originals again, then removes WebPs and records, and nothing else', async () => {
    const site = siteOf(7, 8)
    const before = new Map([...site.files.content].map(([path, { data }]) => [path, data]))
    await site.run(encoder, optimize)
    site.files.changes.length = 0
    const { result, effect } = await site.run(encoder, restore)
    assert.equal(effect, 'applied')
    assert.equal(result.summary, '2 images served as uploaded again, 6 smaller files removed')
    assert.equal(site.files.changes[0], 'serve 7: 0')
    assert.deepEqual([...site.files.content.keys()].toSorted(), [...before.keys()].toSorted())
    for (const [path, data] of before) assert.ok(site.files.content.get(path)?.data.equals(data), path)
    assert.deepEqual([site.served(7), site.served(8)], [{}, {}])
  })

  it('does nothing on a site that was never optimized', async () => {
    const site = siteOf(7)
    const { result, effect } = await site.run(encoder, restore)
    assert.deepEqual([effect, result.summary], ['none', 'Nothing to do: all images are served as they were uploaded'])
    assert.deepEqual(site.files.changes, [])
  })

  it('of one image leaves the files that a translation of it still shows', async () => {
    const site = siteOf(8)
    addPhoto(site, 7, '2026/11/shared')
    addPhoto(site, 9, '2026/11/shared')
    await site.run(encoder, optimize)
    assert.equal(site.files.webps().length, 6)
    await site.run(encoder, { attachments: [7], mode: 'restore' })
    assert.equal(site.files.webps().length, 6)
    assert.equal(Object.keys(site.served(9)).length, 3)
    await site.run(encoder, restore)
    assert.deepEqual(site.files.webps(), [])
  })

  it('also removes what is left of images that were deleted in WordPress', async () => {
    const site = siteOf(7, 8)
    await site.run(encoder, optimize)
    site.attachments.delete(7)
    assert.equal((await site.run(encoder, restore)).result.files.restored, 6)
    assert.deepEqual(site.files.webps(), [])
    assert.deepEqual(await site.files.list(`${uploads}/platen/images`, 10), [])
  })

  it('follows no path that someone wrote into a record', async () => {
    const site = siteOf(7)
    await site.run(encoder, optimize)
    const path = `${uploads}/platen/images/7.json`
    const victim = 'wp-config.php.platen.webp'
    site.files.put(victim, Buffer.from('theirs'))
    site.files.put(
      path,
      Buffer.from(site.files.content.get(path)?.data.toString().replaceAll('2026/11/photo-7.jpg', '../../wp-config.php') ?? ''),
    )
    await site.run(encoder, restore)
    assert.ok(site.files.content.has(victim))
    assert.deepEqual(site.files.webps(), [victim])
  })
})
