/** Formats that are handled, by what the bytes say: a file's name proves nothing. */
export type SniffedFormat = 'jpeg' | 'png' | 'animated png'

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const jpegSignature = [0xff, 0xd8, 0xff]
/** Chunks looked at before the pixels begin; real files have a dozen. */
const mostChunks = 1000

/** The format of an image from its first bytes, or undefined where it is none that is handled. */
export function sniff(image: Uint8Array): SniffedFormat | undefined {
  if (startsWith(image, jpegSignature)) return 'jpeg'
  if (!startsWith(image, pngSignature)) return undefined
  return pngChunksBeforePixels(image).includes('acTL') ? 'animated png' : 'png'
}

function startsWith(image: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, at) => image[at] === byte)
}

function pngChunksBeforePixels(image: Uint8Array): string[] {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  const names: string[] = []
  let at = pngSignature.length
  while (at + 8 <= view.byteLength && names.length < mostChunks) {
    const name = String.fromCharCode(...image.subarray(at + 4, at + 8))
    if (name === 'IDAT') break
    names.push(name)
    // Length, name, data, checksum.
    at += 12 + view.getUint32(at)
  }
  return names
}
