import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp, { type Metadata, type Sharp } from 'sharp'

/** Mean of each channel of an image as it is shown, 0 to 255. WebP may be decoded as well. */
export async function meanColour(image: Uint8Array): Promise<number[]> {
  sharp.unblock({ operation: ['VipsForeignLoadWebpBuffer'] })
  return (await sharp(image).stats()).channels.map(({ mean }) => mean)
}

/** What a WebP says of itself. */
export function metadataOf(image: Uint8Array): Promise<Metadata> {
  sharp.unblock({ operation: ['VipsForeignLoadWebpBuffer'] })
  return sharp(image).metadata()
}

/** An image's pixels, as far as they can be seen. */
export function pixelsOf(image: Uint8Array): Promise<Buffer> {
  sharp.unblock({ operation: ['VipsForeignLoadWebpBuffer'] })
  return sharp(image).removeAlpha().raw().toBuffer()
}

/** The colour at a place given in shares of width and height. */
export async function colourAt(image: Uint8Array, x: number, y: number): Promise<number[]> {
  sharp.unblock({ operation: ['VipsForeignLoadWebpBuffer'] })
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true })
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
  return [...data.subarray(at, at + info.channels)]
}

/** Asserts nearness of colours: the largest distance of any channel. */
export function apart(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, at) => Math.abs(value - (other[at] ?? Number.NaN))))
}

/** A plain image of one colour. */
export function plain(colour: readonly [number, number, number], width: number = 64, height: number = 64): Sharp {
  const [r, g, b] = colour
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
}

/** A photograph: a real one where the machine has some, else a landscape that codes like one. */
export async function photograph(width: number, height: number): Promise<Buffer> {
  const real = '/usr/share/backgrounds/mate/nature'
  if (existsSync(join(real, 'Garden.jpg'))) {
    return sharp(readFileSync(join(real, 'Garden.jpg')))
      .resize(width, height, { fit: 'cover' })
      .jpeg({ quality: 92 })
      .toBuffer()
  }
  return scenery(width, height).jpeg({ quality: 92 }).toBuffer()
}

/** Hills of colour with fine grain: busy like a photograph, different at every place, the same each time. */
export function scenery(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3)
  let grain = 1
  for (let at = 0; at < pixels.length; at += 3) {
    const x = ((at / 3) % width) / width
    const y = Math.floor(at / 3 / width) / height
    grain = (grain * 48_271) % 2_147_483_647
    const noise = (grain % 24) - 12
    pixels[at] = clamp(128 + 100 * Math.sin(9 * x + 3 * y * y) + noise)
    pixels[at + 1] = clamp(128 + 90 * Math.cos(5 * y + 7 * x * y) + noise)
    pixels[at + 2] = clamp(255 * (1 - y) * x + noise)
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)))
}

/** A drawing: few colours, hard edges. */
export function lineArt(width: number, height: number): Sharp {
  const bars = 12
  const pixels = Buffer.alloc(width * height * 3, 255)
  for (let at = 0; at < pixels.length; at += 3) {
    const x = (at / 3) % width
    const y = Math.floor(at / 3 / width)
    const bar = Math.floor((x / width) * bars)
    if ((x % 40) + (y % 60) < 45 + bar) pixels.set(bar % 2 ? [204, 0, 0] : [0, 51, 102], at)
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** A JPEG with a colour profile put in front, its pixels untouched. */
export function withProfile(jpeg: Buffer, profile: Buffer): Buffer {
  const head = Buffer.from('ICC_PROFILE\0\u0001\u0001', 'latin1')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(2 + head.length + profile.length)
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe2]), length, head, profile, jpeg.subarray(2)])
}

/** A PNG whose header claims a size that its few bytes do not hold. */
export function boundlessPng(width: number, height: number): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.alloc(20)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

/** The PNG with a chunk right behind its header that says it moves. */
export function animated(png: Buffer): Buffer {
  const headerEnd = 8 + 25
  return Buffer.concat([png.subarray(0, headerEnd), pngChunk('acTL', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])), png.subarray(headerEnd)])
}

function pngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
