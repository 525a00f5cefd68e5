import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError, type ErrorCode } from '@platen/protocol'
import { resultValidators } from '@platen/protocol/validators/results'
import sharp from 'sharp'
import { sharpEncoder } from '../../../src/kinds/images.optimize/sharp-encoder.ts'
import type { ImageEncoder } from '../../../src/ports/image-encoder.ts'
import { animated, apart, boundlessPng, colourAt, lineArt, metadataOf, photograph, scenery } from './sample-images.ts'
import { SiteDouble, uploads } from './site-double.ts'

const encoder = sharpEncoder()
const optimize = { attachments: 'all', mode: 'optimize' } as const
const restore = { attachments: 'all', mode: 'restore' } as const
const code = (wanted: ErrorCode) => (error: unknown) => error instanceof PlatenError && error.code === wanted

const original = await photograph(900, 600)
const sized = async (width: number, height: number): Promise<Buffer> =>
  sharp(original).resize(width, height, { fit: 'cover' }).jpeg({ quality: 82 }).toBuffer()
const [medium, thumb] = await Promise.all([sized(300, 200), sized(150, 150)])

/** One photograph with two sizes, as WordPress makes them. */
function addPhoto(site: SiteDouble, id: number, name: string = `2026/11/photo-${id}`): void {
  site.add(id, {
    [`${name}.jpg`]: { data: original, width: 900, height: 600 },
    [`${name}-300x200.jpg`]: { data: medium, width: 300, height: 200 },
    [`${name}-150x150.jpg`]: { data: thumb, width: 150, height: 150, crop: true },
  })
}

function siteOf(...ids: number[]): SiteDouble {
  const site = new SiteDouble()
  for (const id of ids) addPhoto(site, id)
  return site
}

const outcomes = (result: { items: { outcome: string }[] }): string[] => result.items.map(({ outcome }) => outcome)

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

describe('a set', () => {
  it('is not kept at all where one file does not gain', async () => {
    const site = siteOf(7)
    const tiny = await sharp(original).resize(300, 200).jpeg({ quality: 3 }).toBuffer()
    site.files.put(`${uploads}/2026/11/photo-7-300x200.jpg`, tiny)
    const { result, effect } = await site.run(encoder, optimize)
    assert.deepEqual([outcomes(result), effect], [['unchanged', 'unchanged', 'unchanged'], 'none'])
    assert.equal(result.summary, 'Nothing to do; 1 image left as it is (nothing to gain)')
    assert.deepEqual([site.files.webps(), site.served(7)], [[], {}])
    site.files.reads = 0
    await site.run(encoder, optimize)
    assert.equal(site.files.reads, 1, 'it is not tried again')
    assert.equal((await site.run(encoder, restore)).effect, 'none')
    assert.ok(!site.files.content.has(`${uploads}/platen/images/7.json`))
  })

  it('is tried once at a lower quality where the usual one does not gain', async () => {
    const site = siteOf(7)
    const tried: number[] = []
    const stubborn: ImageEncoder = {
      ...encoder,
      webp: async (image, shape, coding) => {
        const webp = await encoder.webp(image, shape, coding)
        if (coding.lossless || shape.width !== 150) return webp
        tried.push(coding.quality)
        return coding.quality === 82 ? Buffer.alloc(thumb.length) : webp
      },
    }
    assert.deepEqual((await site.run(stubborn, optimize)).result.files.made, 3)
    assert.deepEqual(tried, [82, 75])
  })

  it('of a drawing is coded without loss, and is smaller', async () => {
    const site = new SiteDouble()
    const data = await lineArt(600, 400).png().toBuffer()
    site.add(3, { 'logo.png': { data, width: 600, height: 400 } }, 'image/png')
    const { result } = await site.run(encoder, optimize)
    assert.equal(result.files.made, 1)
    const webp = site.files.content.get(`${uploads}/logo.png.platen.webp`)?.data ?? Buffer.alloc(0)
    const [lossless, png] = await Promise.all([webp, data].map(image => sharp(image).removeAlpha().raw().toBuffer()))
    assert.ok(lossless && png && lossless.equals(png))
  })

  it('of something that moves, or is no photograph, is left as it is', async () => {
    const site = new SiteDouble()
    const moving = animated(await lineArt(60, 40).png().toBuffer())
    site.add(1, { 'moving.png': { data: moving, width: 60, height: 40 } }, 'image/png')
    site.add(2, { 'moving.gif': { data: Buffer.from('GIF89a'), width: 60, height: 40 } }, 'image/gif')
    site.add(3, { 'logo.svg': { data: Buffer.from('<svg/>'), width: 60, height: 40 } }, 'image/svg+xml')
    const { result, effect } = await site.run(encoder, optimize)
    assert.deepEqual([outcomes(result), effect], [['unchanged', 'unchanged', 'unchanged'], 'none'])
    assert.deepEqual(site.files.webps(), [])
  })

  it('does not overwrite a file that someone else has put under its name', async () => {
    const site = siteOf(7)
    const theirs = `${uploads}/2026/11/photo-7-150x150.jpg.platen.webp`
    site.files.put(theirs, Buffer.from('theirs'))
    assert.equal((await site.run(encoder, optimize)).result.files.unchanged, 3)
    assert.equal(site.files.content.get(theirs)?.data.toString(), 'theirs')
    await site.run(encoder, restore)
    assert.ok(site.files.content.has(theirs))
  })

  for (const [title, from, to] of [
    ['that a crash left half written', '"state":"made"', '"state":"making"'],
    ['that was made under other settings', '"settings":"', '"settings":"older '],
  ] as const) {
    it(`${title} is made anew`, async () => {
      const site = siteOf(7)
      await site.run(encoder, optimize)
      const path = `${uploads}/platen/images/7.json`
      const record = site.files.content.get(path)?.data.toString() ?? ''
      assert.ok(record.includes(from))
      site.files.put(path, Buffer.from(record.replace(from, to)))
      assert.deepEqual(outcomes((await site.run(encoder, optimize)).result), ['made', 'made', 'made'])
      assert.equal(site.files.webps().length, 3)
    })
  }

  it('with a hole in its record is made whole', async () => {
    const site = siteOf(7)
    await site.run(encoder, optimize)
    const path = `${uploads}/platen/images/7.json`
    site.files.put(
      path,
      Buffer.from(
        site.files.content
          .get(path)
          ?.data.toString()
          .replace(/"webp":.*$/, '"webp":{}}') ?? '',
      ),
    )
    assert.deepEqual(outcomes((await site.run(encoder, optimize)).result), ['made', 'made', 'made'])
    assert.equal(Object.keys(site.served(7)).length, 3)
  })

  it('is made again from what the plugin serves where its record was lost', async () => {
    const site = siteOf(7)
    await site.run(encoder, optimize)
    site.files.content.delete(`${uploads}/platen/images/7.json`)
    assert.deepEqual(outcomes((await site.run(encoder, optimize)).result), ['made', 'made', 'made'])
  })
})

describe('what goes wrong with one file', () => {
  const thumbPath = `${uploads}/2026/11/photo-7-150x150.jpg`
  const mishaps: readonly (readonly [title: string, code: ErrorCode, spoil: (site: SiteDouble) => void])[] = [
    ['is cut off', 'image.unreadable', site => site.files.put(thumbPath, thumb.subarray(0, thumb.length / 2))],
    ['is empty', 'image.unreadable', site => site.files.put(thumbPath, Buffer.alloc(0))],
    ['is something else under the name of an image', 'image.unreadable', site => site.files.put(thumbPath, Buffer.from('<?php echo 1;'))],
    ['claims more pixels than are handled', 'file.too_large', site => site.files.put(thumbPath, boundlessPng(60_000, 60_000))],
    ['is missing', 'file.not_found', site => void site.files.content.delete(thumbPath)],
    ['is a symbolic link', 'path.symlink', site => void site.files.broken.set(thumbPath, 'path.symlink')],
    ['may not be read', 'file.denied', site => void site.files.broken.set(thumbPath, 'file.denied')],
  ]
  for (const [title, wanted, spoil] of mishaps) {
    it(`names it with ${wanted} where it ${title}, keeps nothing of its set and goes on`, async () => {
      const site = siteOf(7, 8)
      spoil(site)
      const { result } = await site.run(encoder, optimize)
      const failed = result.items.filter(({ outcome }) => outcome === 'failed')
      assert.deepEqual(
        failed.map(({ file, code }) => [file, code]),
        [[thumbPath, wanted]],
      )
      assert.deepEqual(result.files, { made: 3, kept: 0, unchanged: 2, restored: 0, failed: 1 })
      assert.ok(site.files.webps().every(path => path.includes('photo-8')))
      assert.deepEqual([Object.keys(site.served(7)).length, Object.keys(site.served(8)).length], [0, 3])
      assert.ok(!site.files.content.has(`${uploads}/platen/images/7.json`))
    })
  }

  it('takes a PNG under a JPEG’s name for what it is', async () => {
    const site = new SiteDouble()
    site.add(7, { 'photo.jpg': { data: await scenery(300, 200).png().toBuffer(), width: 300, height: 200 } })
    assert.equal((await site.run(encoder, optimize)).result.files.made, 1)
  })

  it('takes a set out of service whose original was broken meanwhile', async () => {
    const site = siteOf(7)
    await site.run(encoder, optimize)
    site.files.put(`${uploads}/2026/11/photo-7.jpg`, Buffer.alloc(0))
    const { result, effect } = await site.run(encoder, optimize)
    assert.deepEqual([result.files.failed, effect], [1, 'applied'])
    assert.deepEqual([site.files.webps(), site.served(7)], [[], {}])
  })

  it('takes a set out of service one of whose files has become a link, and names that one', async () => {
    const site = siteOf(7)
    await site.run(encoder, optimize)
    site.files.broken.set(thumbPath, 'path.symlink')
    const { result } = await site.run(encoder, optimize)
    assert.deepEqual(
      result.items.filter(({ outcome }) => outcome === 'failed').map(({ file, code }) => [file, code]),
      [[thumbPath, 'path.symlink']],
    )
    assert.deepEqual([site.files.webps(), site.served(7)], [[], {}])
  })

  it('names a file within the bound of a path, whatever the plugin says', async () => {
    const site = siteOf(8)
    site.add(7, { [`${'x'.repeat(1019)}.jpg`]: { data: original, width: 900, height: 600 } })
    for (const input of [optimize, restore]) {
      const { result } = await site.run(encoder, input)
      assert.ok(resultValidators['images.optimize']?.(result))
    }
  })

  it('refuses a name that leads out of the uploads folder', async () => {
    const site = siteOf(8)
    site.add(7, { '../../secret.jpg': { data: original, width: 900, height: 600 } })
    const { result } = await site.run(encoder, optimize)
    assert.deepEqual(
      result.items.filter(({ outcome }) => outcome === 'failed').map(({ file, code }) => [file, code]),
      [['../../secret.jpg', 'path.outside']],
    )
    assert.equal(result.files.made, 3)
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
