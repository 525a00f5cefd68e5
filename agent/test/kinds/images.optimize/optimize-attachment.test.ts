import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ErrorCode } from '@platen/protocol'
import { resultValidators } from '@platen/protocol/validators/results'
import sharp from 'sharp'
import type { ImageEncoder } from '../../../src/ports/image-encoder.ts'
import { animated, boundlessPng, lineArt, pixelsOf, scenery } from './sample-images.ts'
import { encoder, optimize, original, outcomes, restore, siteOf, thumb } from './photo-site.ts'
import { SiteDouble, uploads } from './site-double.ts'

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
    const [lossless, png] = await Promise.all([pixelsOf(webp), pixelsOf(data)])
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
