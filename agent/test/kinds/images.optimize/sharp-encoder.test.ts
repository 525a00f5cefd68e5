import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError, type ErrorCode } from '@platen/protocol'
import sharp from 'sharp'
import { looksAlike } from '../../../src/kinds/images.optimize/resemblance.ts'
import { sharpEncoder } from '../../../src/kinds/images.optimize/sharp-encoder.ts'
import type { Coding, Shape } from '../../../src/ports/image-encoder.ts'
import { adobeRgbProfile, srgbOf } from './adobe-rgb.ts'
import {
  animated,
  apart,
  boundlessPng,
  colourAt,
  lineArt,
  meanColour,
  metadataOf,
  photograph,
  plain,
  scenery,
  withProfile,
} from './sample-images.ts'

const encoder = sharpEncoder()
const fine: Coding = { lossless: false, quality: 90 }
const small: Shape = { width: 32, height: 32, fit: 'fill' }

const refuses = (work: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(work, (error: unknown) => error instanceof PlatenError && error.code === code)

describe('a WebP of a photograph', () => {
  it('has exactly the asked size, shows the same and carries no metadata', async () => {
    const photo = await photograph(1200, 800)
    const shape: Shape = { width: 301, height: 199, fit: 'fill' }
    const webp = await encoder.webp(photo, shape, { lossless: false, quality: 82 })
    const { format, width, height, exif, icc, xmp, space } = await metadataOf(webp)
    assert.deepEqual([format, width, height, space], ['webp', 301, 199, 'srgb'])
    assert.deepEqual([exif, icc, xmp], [undefined, undefined, undefined])
    assert.ok(apart(await meanColour(webp), await meanColour(photo)) < 2)
  })

  it('is cut from the middle where WordPress crops', async () => {
    const thirds = await sharp({ create: { width: 300, height: 100, channels: 3, background: 'red' } })
      .composite([{ input: await plain([0, 200, 0], 100, 100).png().toBuffer(), left: 100, top: 0 }])
      .jpeg()
      .toBuffer()
    const webp = await encoder.webp(thirds, { width: 50, height: 50, fit: 'cover' }, fine)
    assert.ok(apart(await meanColour(webp), [0, 200, 0]) < 8)
  })
})

describe('orientation', () => {
  const colours = { topLeft: [220, 30, 30], topRight: [30, 200, 30], bottomLeft: [30, 30, 220], bottomRight: [230, 230, 230] } as const
  /** What has to be seen top left and top right, by the EXIF value. */
  const seen: readonly (readonly [keyof typeof colours, keyof typeof colours])[] = [
    ['topLeft', 'topRight'],
    ['topRight', 'topLeft'],
    ['bottomRight', 'bottomLeft'],
    ['bottomLeft', 'bottomRight'],
    ['topLeft', 'bottomLeft'],
    ['bottomLeft', 'topLeft'],
    ['bottomRight', 'topRight'],
    ['topRight', 'bottomRight'],
  ]
  for (const [at, [left, right]] of seen.entries()) {
    it(`${at + 1} is applied, and gone from the WebP`, async () => {
      const quarters = await Promise.all(Object.values(colours).map(([r, g, b]) => plain([r, g, b], 48, 32).png().toBuffer()))
      const places = [
        [0, 0],
        [48, 0],
        [0, 32],
        [48, 32],
      ] as const
      const stored = await plain([0, 0, 0], 96, 64)
        .composite(quarters.map((input, quarter) => ({ input, left: places[quarter]?.[0] ?? 0, top: places[quarter]?.[1] ?? 0 })))
        .withMetadata({ orientation: at + 1 })
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer()
      const { width, height } = await encoder.inspect(stored)
      assert.deepEqual([width, height], at < 4 ? [96, 64] : [64, 96])
      const webp = await encoder.webp(stored, { width, height, fit: 'fill' }, fine)
      assert.equal((await metadataOf(webp)).orientation, undefined)
      assert.ok(apart(await colourAt(webp, 0.2, 0.2), colours[left]) < 16)
      assert.ok(apart(await colourAt(webp, 0.8, 0.2), colours[right]) < 16)
    })
  }
})

describe('colour', () => {
  const exact = { quality: 100, chromaSubsampling: '4:4:4' }

  it('of Display P3 is converted to sRGB', async () => {
    const image = await plain([200, 60, 40]).withIccProfile('p3').jpeg(exact).toBuffer()
    assert.ok(apart(await meanColour(image), [200, 60, 40]) > 8, 'the stored values have to differ for this to prove anything')
    assert.ok(apart(await meanColour(await encoder.webp(image, small, fine)), [200, 60, 40]) < 4)
  })

  it('of Adobe RGB is converted to sRGB', async () => {
    const stored = [100, 150, 120] as const
    const image = withProfile(await plain(stored).jpeg(exact).toBuffer(), adobeRgbProfile())
    assert.ok(apart(srgbOf(stored), stored) > 15)
    assert.ok(apart(await meanColour(await encoder.webp(image, small, fine)), srgbOf(stored)) < 4)
  })

  it('of a CMYK print file is converted to sRGB, as near as a profile leads back', async () => {
    const image = await plain([150, 110, 80]).withIccProfile('cmyk').jpeg(exact).toBuffer()
    assert.equal((await sharp(image).metadata()).space, 'cmyk')
    assert.ok(apart(await meanColour(await encoder.webp(image, small, fine)), [150, 110, 80]) < 24)
  })

  it('of a CMYK file without a profile is at least near', async () => {
    const image = await plain([150, 110, 80]).toColourspace('cmyk').jpeg(exact).toBuffer()
    assert.ok(apart(await meanColour(await encoder.webp(image, small, fine)), [150, 110, 80]) < 24)
  })

  it('of a grey photograph stays grey', async () => {
    const image = await scenery(64, 64).greyscale().jpeg(exact).toBuffer()
    const [r = 0, g = 0, b = 0] = await meanColour(await encoder.webp(image, small, fine))
    assert.ok(apart([r, r], [g, b]) < 1.5)
    assert.ok(apart([r], await meanColour(image)) < 2)
  })
})

describe('a PNG', () => {
  it('of 16 bits a channel keeps its colours', async () => {
    const deep = Uint16Array.from({ length: 64 * 64 * 3 }, (_, at) => [52_000, 12_000, 30_000][at % 3] ?? 0)
    const image = await sharp(deep, { raw: { width: 64, height: 64, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    assert.equal((await sharp(image).metadata()).depth, 'ushort')
    const webp = await encoder.webp(image, small, { lossless: true })
    assert.ok(
      apart(
        await meanColour(webp),
        [52_000, 12_000, 30_000].map(value => value / 257),
      ) < 2,
    )
  })

  it('keeps what is transparent, lossless and lossy', async () => {
    const half = await sharp({ create: { width: 64, height: 64, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
      .composite([{ input: await plain([200, 60, 40], 32, 64).png().toBuffer(), left: 0, top: 0 }])
      .png()
      .toBuffer()
    for (const coding of [{ lossless: true }, fine] as const) {
      const webp = await encoder.webp(half, { width: 64, height: 64, fit: 'fill' }, coding)
      assert.equal((await metadataOf(webp)).hasAlpha, true)
      assert.deepEqual((await colourAt(webp, 0.9, 0.5))[3], 0)
      assert.ok(apart(await colourAt(webp, 0.2, 0.5), [200, 60, 40, 255]) < 8)
    }
  })

  it('tells line art from a photograph by its colours, and a moving one from a still', async () => {
    const drawing = await encoder.inspect(await lineArt(600, 400).png().toBuffer())
    const photo = await encoder.inspect(
      await sharp(await photograph(600, 400))
        .png()
        .toBuffer(),
    )
    assert.ok(drawing.format === 'png' && photo.format === 'png')
    assert.ok(drawing.colours < drawing.sampled * 0.01)
    assert.ok(photo.colours > photo.sampled * 0.2)
    assert.equal(photo.animated, false)
    const moving = await encoder.inspect(animated(await lineArt(60, 40).png().toBuffer()))
    assert.equal(moving.format === 'png' && moving.animated, true)
  })
})

describe('a glance', () => {
  it('shows the same for an image that another program scaled and recompressed', async () => {
    const photo = await photograph(1600, 1000)
    const scaled = await sharp(photo).resize(300, 188, { fit: 'fill', kernel: 'linear' }).jpeg({ quality: 60 }).toBuffer()
    const shape: Shape = { width: 300, height: 188, fit: 'fill' }
    assert.ok(looksAlike(await encoder.glance(photo, shape), await encoder.glance(scaled, shape)))
  })

  it('differs for an image that its owner has cropped', async () => {
    const photo = await photograph(1600, 1000)
    const cropped = await sharp(photo).extract({ left: 300, top: 100, width: 1200, height: 800 }).resize(300, 200).jpeg().toBuffer()
    const shape: Shape = { width: 300, height: 200, fit: 'fill' }
    assert.ok(!looksAlike(await encoder.glance(photo, shape), await encoder.glance(cropped, shape)))
  })
})

describe('a hostile or broken image', () => {
  it('that was cut off is refused rather than drawn grey', async () => {
    const photo = await photograph(800, 500)
    for (const share of [0.02, 0.5, 0.98]) {
      await refuses(encoder.webp(photo.subarray(0, photo.length * share), small, fine), 'image.unreadable')
    }
  })

  it('of another kind is never given to a decoder', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>'
    for (const text of ['', svg, 'GIF89a', '<?php exit;']) {
      await refuses(encoder.inspect(Buffer.from(text)), 'image.unreadable')
      await refuses(encoder.webp(Buffer.from(text), small, fine), 'image.unreadable')
    }
  })

  it('that would unfold to more pixels than are handled is refused by its header', async () => {
    await refuses(encoder.inspect(boundlessPng(60_000, 60_000)), 'file.too_large')
    const jpeg = await plain([1, 2, 3]).jpeg().toBuffer()
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    jpeg.writeUInt16BE(65_000, frame + 5)
    jpeg.writeUInt16BE(65_000, frame + 7)
    await refuses(encoder.inspect(jpeg), 'file.too_large')
    await assert.rejects(encoder.webp(jpeg, small, fine))
  })

  it('that has a header and nothing else is refused', async () => {
    await refuses(encoder.inspect(boundlessPng(60, 60)), 'image.unreadable')
    await refuses(encoder.glance(boundlessPng(60, 60), small), 'image.unreadable')
  })
})
