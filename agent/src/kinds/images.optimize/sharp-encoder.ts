import { PlatenError } from '@platen/protocol'
import sharp, { type Sharp } from 'sharp'
import type { ImageEncoder, ImageFacts, Shape } from '../../ports/image-encoder.ts'
import { sniff } from './sniff.ts'

/**
 * Pixels of the largest image that is decoded. An interlaced or progressive one has to be held whole, at up to eight bytes a
 * pixel: this fits a worker's usual memory.
 */
const mostPixels = 80_000_000
/** Side of the sample whose colours are counted, in pixels. */
const sampleSide = 128
/** Side of a glance, in pixels. */
const glanceSide = 16
/** Longest side of the drawing that a glance is pressed from, in pixels. */
const draftSide = 256
/** libwebp's effort, 0 to 6: higher takes much longer and gains a few per cent. */
const effort = 4

/**
 * The encoder of images in this process: sharp, with one thread, no cache and its loaders cut down to what is handled.
 * One image at a time is decoded line by line, so memory stays bounded by the upload's own bytes and a few lines of pixels.
 */
export function sharpEncoder(): ImageEncoder {
  sharp.concurrency(1)
  sharp.cache(false)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] })
  return {
    inspect: image => readable(() => inspect(image)),
    webp: (image, shape, coding) =>
      readable(() =>
        draw(image, shape)
          .webp(coding.lossless ? { lossless: true, effort } : { quality: coding.quality, effort })
          .toBuffer(),
      ),
    glance: (image, shape) => readable(() => glance(image, shape)),
  }
}

async function inspect(image: Uint8Array): Promise<ImageFacts> {
  const sniffed = sniff(image)
  if (sniffed === undefined) throw new PlatenError('image.unreadable', 'It is neither JPEG nor PNG.')
  const { autoOrient } = await sharp(image, { limitInputPixels: false }).metadata()
  const { width, height } = autoOrient
  if (width * height > mostPixels) throw new PlatenError('file.too_large', `It has ${width} × ${height} pixels.`)
  if (sniffed === 'jpeg') return { format: 'jpeg', width, height }
  return { format: 'png', width, height, animated: sniffed === 'animated png', ...(await countColours(image)) }
}

/** Different colours among pixels picked evenly, without blending. */
async function countColours(image: Uint8Array): Promise<{ colours: number; sampled: number }> {
  const sample = await open(image)
    .resize(sampleSide, sampleSide, { fit: 'fill', kernel: 'nearest', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer()
  const colours = new Set<number>()
  for (let at = 0; at < sample.length; at += 4) colours.add(sample.readUInt32LE(at))
  return { colours: colours.size, sampled: sample.length / 4 }
}

async function glance(image: Uint8Array, shape: Shape): Promise<Uint8Array> {
  const scale = Math.min(1, draftSide / Math.max(shape.width, shape.height))
  const side = (length: number): number => Math.max(1, Math.round(length * scale))
  const draft = await draw(image, { width: side(shape.width), height: side(shape.height), fit: shape.fit })
    // Middle grey, so that neither dark nor light drawings on nothing vanish.
    .flatten({ background: '#808080' })
    .png({ compressionLevel: 0 })
    .toBuffer()
  return sharp(draft).resize(glanceSide, glanceSide, { fit: 'fill' }).toColourspace('b-w').raw().toBuffer()
}

/** Without `keepIccProfile` or `withMetadata`, sharp converts by the image's profile to sRGB and strips the rest. */
function draw(image: Uint8Array, { width, height, fit }: Shape): Sharp {
  return open(image).autoOrient().resize(width, height, { fit, position: 'centre' }).toColourspace('srgb')
}

/** A broken or truncated image is refused rather than drawn grey. */
function open(image: Uint8Array): Sharp {
  return sharp(image, { failOn: 'error', limitInputPixels: mostPixels, sequentialRead: true })
}

/** Whatever the library says of a hostile image is one thing to us: it can't be read. */
async function readable<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof PlatenError ? error : new PlatenError('image.unreadable', undefined, { cause: error })
  }
}
