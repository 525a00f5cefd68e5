import { PlatenError, type ErrorCode } from '@platen/protocol'
import sharp from 'sharp'
import { sharpEncoder } from '../../../src/kinds/images.optimize/sharp-encoder.ts'
import type { ImageEncoder } from '../../../src/ports/image-encoder.ts'
import { photograph } from './sample-images.ts'
import { SiteDouble } from './site-double.ts'

/** The product’s encoder. */
export const encoder: ImageEncoder = sharpEncoder()
/** All of a site’s images. */
export const optimize = { attachments: 'all', mode: 'optimize' } as const
/** Undoes that. */
export const restore = { attachments: 'all', mode: 'restore' } as const
/** Whether an error has this code. */
export const code =
  (wanted: ErrorCode) =>
  (error: unknown): boolean =>
    error instanceof PlatenError && error.code === wanted

/** What addPhoto adds. */
export const original: Buffer = await photograph(900, 600)
const sized = async (width: number, height: number): Promise<Buffer> =>
  sharp(original).resize(width, height, { fit: 'cover' }).jpeg({ quality: 82 }).toBuffer()
/** Its sizes. */
export const [medium, thumb]: [Buffer, Buffer] = await Promise.all([sized(300, 200), sized(150, 150)])

/** One photograph with two sizes, as WordPress makes them. */
export function addPhoto(site: SiteDouble, id: number, name: string = `2026/11/photo-${id}`): void {
  site.add(id, {
    [`${name}.jpg`]: { data: original, width: 900, height: 600 },
    [`${name}-300x200.jpg`]: { data: medium, width: 300, height: 200 },
    [`${name}-150x150.jpg`]: { data: thumb, width: 150, height: 150, crop: true },
  })
}

/** A site of such photographs. */
export function siteOf(...ids: number[]): SiteDouble {
  const site = new SiteDouble()
  for (const id of ids) addPhoto(site, id)
  return site
}

/** What became of each file. */
export const outcomes = (result: { items: { outcome: string }[] }): string[] => result.items.map(({ outcome }) => outcome)
