/** What an image is, read from its header (and, for a PNG, a sample of its pixels). Sizes are as people see it: orientation applied. */
export type ImageFacts = {
  readonly width: number
  readonly height: number
} & (
  | { readonly format: 'jpeg' }
  | {
      readonly format: 'png'
      readonly animated: boolean
      /** Different colours among `sampled` pixels spread evenly over the image. */
      readonly colours: number
      readonly sampled: number
    }
)

/** How a WebP is coded; quality from 1 to 100. */
export type Coding = { readonly lossless: true } | { readonly lossless: false; readonly quality: number }

/** The frame that an image is drawn into: scaled to fill it, or scaled to cover it with what sticks out cut off evenly. */
export interface Shape {
  readonly width: number
  readonly height: number
  readonly fit: 'fill' | 'cover'
}

/**
 * Decodes JPEG and PNG and codes WebP. What is decoded is hostile: nothing but these two formats is ever given to a
 * decoder, and pixels are bounded.
 *
 * All methods throw PlatenError image.unreadable or file.too_large (more pixels than are handled).
 */
export interface ImageEncoder {
  inspect(image: Uint8Array): Promise<ImageFacts>
  /** The image in the shape as WebP: orientation applied, in sRGB, without metadata. */
  webp(image: Uint8Array, shape: Shape, coding: Coding): Promise<Uint8Array>
  /** The image in the shape, then pressed into a small square of grey levels: enough to see whether two show the same. */
  glance(image: Uint8Array, shape: Shape): Promise<Uint8Array>
}
