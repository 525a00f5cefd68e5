import type { KindImagesOptimizeInput, KindImagesOptimizeResult } from '@platen/protocol'

type Counts = KindImagesOptimizeResult['files']

/** Images by what became of them. */
export type ImageCounts = { [Outcome in keyof Counts]: number }

/** What happened, in a sentence for the site's owner. Bytes are those of the files that were made now. */
export function summaryOf(
  mode: KindImagesOptimizeInput['mode'],
  images: Readonly<ImageCounts>,
  files: Readonly<Counts>,
  before: number,
  after: number,
): string {
  const all = Object.values(images).reduce((sum, count) => sum + count, 0)
  if (all === 0) return 'There are no images to work on'
  if (mode === 'restore') return restored(images, files)
  if (files.made > 0) return [made(all, files.made, before, after), ...others(images)].join('; ')
  if (images.failed === 0 && images.unchanged === 0) return `Nothing to do: ${allOf(all)} optimized before`
  return [images.failed === 0 ? 'Nothing to do' : 'Nothing was made smaller', ...others(images)].join('; ')
}

function restored(images: Readonly<ImageCounts>, files: Readonly<Counts>): string {
  if (files.restored === 0 && files.failed === 0) return 'Nothing to do: all images are served as they were uploaded'
  const done = `${count(images.restored, 'image')} served as uploaded again, ${count(files.restored, 'smaller file')} removed`
  return images.failed === 0 ? done : `${done}; ${count(images.failed, 'image')} failed`
}

function made(images: number, files: number, before: number, after: number): string {
  const less = Math.round((1 - after / Math.max(1, before)) * 100)
  return `${count(images, 'image')}: ${count(files, 'file')} made smaller, ${size(before)} → ${size(after)} (${less} % less)`
}

function others({ kept, unchanged, failed }: Readonly<ImageCounts>): string[] {
  return [
    ...(kept > 0 ? [`${count(kept, 'image')} optimized before`] : []),
    ...(unchanged > 0 ? [`${count(unchanged, 'image')} left as ${unchanged === 1 ? 'it is' : 'they are'} (nothing to gain)`] : []),
    ...(failed > 0 ? [`${count(failed, 'image')} could not be optimized`] : []),
  ]
}

function allOf(images: number): string {
  return images === 1 ? 'the image was' : `all ${images} images were`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
