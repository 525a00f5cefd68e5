import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { resultValidators } from '@platen/protocol/validators/results'
import sharp from 'sharp'
import type { ImageEncoder } from '../../../src/ports/image-encoder.ts'
import { apart, colourAt, metadataOf } from './sample-images.ts'
import { code, encoder, medium, optimize, original, outcomes, siteOf, thumb } from './photo-site.ts'
import { SiteDouble, uploads } from './site-double.ts'

describe('optimizing images', () => {
  it('makes a smaller WebP of the right size beside every file, and has the plugin serve the set', async () => {
    const site = siteOf(7)
    const { result, effect } = await site.run(encoder, optimize)
    assert.equal(effect, 'applied')
    assert.ok(resultValidators['images.optimize']?.(result))
    assert.deepEqual(result.files, { made: 3, kept: 0, unchanged: 0, restored: 0, failed: 0 })
    assert.match(result.summary, /^1 image: 3 files made smaller, \d+ kB → \d+ kB \(\d+ % less\)$/)
    assert.ok(result.bytesAfter < result.bytesBefore)
    for (const [file, size] of [
      ['', [900, 600]],
      ['-300x200', [300, 200]],
      ['-150x150', [150, 150]],
    ] as const) {
      const name = `2026/11/photo-7${file}.jpg`
      const webp = site.files.content.get(`${uploads}/${name}.platen.webp`)?.data ?? Buffer.alloc(0)
      const { width, height } = await metadataOf(webp)
      assert.deepEqual([width, height], size)
      assert.ok(webp.length < (site.files.content.get(`${uploads}/${name}`)?.data.length ?? 0))
      assert.equal(site.served(7)[name], `${name}.platen.webp`)
    }
  })

  it('writes the whole set, then its record, and only then lets the plugin name it', async () => {
    const site = siteOf(7)
    await site.run(encoder, optimize)
    const kinds = site.files.changes.map(change => (change.includes('.json') ? 'record' : change.includes('.webp') ? 'webp' : 'serve'))
    assert.deepEqual(kinds, ['record', 'webp', 'webp', 'webp', 'record', 'serve'])
  })

  it('never touches an original', async () => {
    const site = siteOf(7)
    const before = new Map([...site.files.content].map(([path, { data }]) => [path, data]))
    await site.run(encoder, optimize)
    for (const [path, data] of before) assert.ok(site.files.content.get(path)?.data.equals(data), path)
  })

  it('tells how far it is after each image', async () => {
    const site = siteOf(7, 8)
    await site.run(encoder, optimize)
    assert.deepEqual(site.notes, ['1 of 2 images', '2 of 2 images'])
  })

  it('declares a step for each change of the site, and none where nothing changes', async () => {
    const site = siteOf(7, 8)
    await site.run(encoder, optimize)
    await site.run(encoder, optimize)
    await site.run(encoder, { attachments: [8], mode: 'restore' })
    assert.deepEqual(site.steps, ['serve 7 (idempotent)', 'serve 8 (idempotent)', 'take 8 out of service (idempotent)'])
  })

  it('goes through more images than fit into one page', async () => {
    const site = new SiteDouble()
    for (let id = 1; id <= 45; id += 1) site.add(id, { [`${id}.jpg`]: { data: thumb, width: 150, height: 150 } })
    await site.run(encoder, optimize)
    assert.equal(site.notes.at(-1), '45 of 45 images')
    assert.equal(site.files.webps().length, 45)
    const { result } = await site.run(encoder, optimize)
    assert.equal(result.summary, 'Nothing to do: all 45 images were optimized before')
  })

  it('does nothing the second time, and reads no image for that', async () => {
    const site = siteOf(7)
    const first = await site.run(encoder, optimize)
    site.files.changes.length = 0
    site.files.reads = 0
    const second = await site.run(encoder, optimize)
    assert.deepEqual(site.files.changes, [])
    assert.equal(site.files.reads, 1, 'the record alone')
    assert.equal(second.effect, 'none')
    assert.deepEqual(outcomes(second.result), ['kept', 'kept', 'kept'])
    assert.deepEqual([second.result.bytesBefore, second.result.bytesAfter], [first.result.bytesBefore, first.result.bytesAfter])
  })

  it('knows a file by its content when only its time has changed', async () => {
    const site = siteOf(7)
    await site.run(encoder, optimize)
    site.files.put(`${uploads}/2026/11/photo-7.jpg`, original)
    assert.deepEqual(outcomes((await site.run(encoder, optimize)).result), ['kept', 'kept', 'kept'])
  })

  it('makes a set anew when one of its files has changed, and takes the old one out of service first', async () => {
    const site = siteOf(7)
    await site.run(encoder, optimize)
    site.files.changes.length = 0
    site.files.put(`${uploads}/2026/11/photo-7-300x200.jpg`, await sharp(original).resize(300, 200).jpeg({ quality: 95 }).toBuffer())
    const { result } = await site.run(encoder, optimize)
    assert.deepEqual(outcomes(result), ['made', 'made', 'made'])
    assert.equal(site.files.changes[0], 'serve 7: 0')
    assert.equal(site.files.changes.at(-1), 'serve 7: 3')
  })

  it('makes a set whole again when someone has removed one of its WebPs', async () => {
    const site = siteOf(7)
    await site.run(encoder, optimize)
    site.files.content.delete(site.files.webps()[0] as string)
    await site.run(encoder, optimize)
    assert.equal(site.files.webps().length, 3)
  })

  it('only has the set served again where the plugin was away the last time', async () => {
    const site = siteOf(7)
    site.refusing.set('images.serve', 'php.unavailable')
    await assert.rejects(site.run(encoder, optimize), code('php.unavailable'))
    assert.deepEqual(site.served(7), {})
    site.refusing.clear()
    site.files.changes.length = 0
    const { result, effect } = await site.run(encoder, optimize)
    assert.deepEqual([outcomes(result), effect], [['made', 'made', 'made'], 'applied'])
    assert.deepEqual(site.files.changes, ['serve 7: 3'])
  })

  it('draws what its owner cropped in WordPress from the cropped file', async () => {
    const site = siteOf(7)
    const cropped = await sharp(original).extract({ left: 500, top: 250, width: 300, height: 200 }).jpeg({ quality: 90 }).toBuffer()
    site.files.put(`${uploads}/2026/11/photo-7-300x200.jpg`, cropped)
    await site.run(encoder, optimize)
    const webp = site.files.content.get(`${uploads}/2026/11/photo-7-300x200.jpg.platen.webp`)?.data ?? Buffer.alloc(0)
    const places = [
      [0.2, 0.2],
      [0.8, 0.3],
      [0.5, 0.8],
    ] as const
    const [shown, wanted, uncropped] = await Promise.all(
      [webp, cropped, medium].map(image => Promise.all(places.map(([x, y]) => colourAt(image, x, y)))),
    )
    assert.ok(shown && wanted && uncropped)
    assert.ok(apart(shown.flat(), uncropped.flat()) > 60, 'the crop has to show something else for this to prove anything')
    assert.ok(apart(shown.flat(), wanted.flat()) < 30)
  })
})

describe('what goes wrong with the site', () => {
  it('leaves no part of a set when the disk is full, and ends the job', async () => {
    const site = siteOf(7, 8)
    site.files.unwritable.set(`${uploads}/2026/11/photo-8-150x150.jpg.platen.webp`, 'disk.full')
    await assert.rejects(site.run(encoder, optimize), code('disk.full'))
    assert.ok(site.files.webps().every(path => path.includes('photo-7')))
    assert.equal(site.files.webps().length, 3)
    assert.ok(!site.files.content.has(`${uploads}/platen/images/8.json`))
  })

  it('leaves no part of a set whose folder may not be written, and goes on', async () => {
    const site = siteOf(7, 8)
    site.files.unwritable.set(`${uploads}/2026/11/photo-7-150x150.jpg.platen.webp`, 'file.denied')
    const { result } = await site.run(encoder, optimize)
    assert.deepEqual([result.files.failed, result.files.made], [3, 3])
    assert.ok(site.files.webps().every(path => path.includes('photo-8')))
  })

  it('ends the job with what PHP says, and nothing done', async () => {
    const site = siteOf(7)
    site.refusing.set('images.list', 'wordpress.maintenance')
    await assert.rejects(site.run(encoder, optimize), code('wordpress.maintenance'))
    assert.deepEqual(site.files.changes, [])
  })

  it('is not led in circles by a plugin that lists the same image for ever', async () => {
    const site = siteOf(7)
    const list = site.call.bind(site)
    site.call = (command, args) => list(command, (command === 'images.list' ? { ...args, after: 0 } : args) as never)
    await assert.rejects(site.run(encoder, optimize), code('plugin.refused'))
  })
})

describe('cancelling', () => {
  it('between files leaves whole sets only', async () => {
    const site = siteOf(7, 8, 9)
    const controller = new AbortController()
    let drawn = 0
    const counting: ImageEncoder = {
      ...encoder,
      webp: (image, shape, coding) => {
        drawn += 1
        if (drawn === 5) controller.abort()
        return encoder.webp(image, shape, coding)
      },
    }
    await assert.rejects(site.run(counting, optimize, controller.signal), code('job.cancelled'))
    assert.equal(drawn, 5)
    assert.deepEqual(site.steps, ['serve 7 (idempotent)'])
    assert.equal(site.files.webps().length, 3)
    assert.deepEqual(
      [7, 8, 9].map(id => Object.keys(site.served(id)).length),
      [3, 0, 0],
    )
    const { result } = await site.run(encoder, optimize)
    assert.deepEqual([result.files.kept, result.files.made], [3, 6])
  })
})
