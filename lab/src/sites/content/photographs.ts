import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import sharp from 'sharp'
import { LabError } from '../../lab-error.ts'
import { cacheRoot } from '../../paths.ts'
import { makeOnce } from '../../process/make-once.ts'
import { removeFolder, temporaryFolder } from '../../process/temporary-folder.ts'
import { unpackDebianPackages } from '../debian-packages.ts'

/** Raised when what this file makes changes. */
const revision = 1
const installed = '/usr/share/backgrounds/mate/nature'
const photographCount = 24
/** What cameras and phones make, within what a site owner uploads; width, height, JPEG quality. */
const formats = [
  [2400, 1600, 92],
  [1920, 1280, 90],
  [1600, 1200, 95],
  [2048, 1365, 88],
  [1200, 1800, 90],
  [1800, 1200, 85],
] as const
/** Which part of the source a picture is cut from, so that two pictures of one source differ. */
const cuts = ['attention', 'entropy'] as const

/**
 * A folder with 24 photographs (JPEG, 1200 to 2400 px), `diagram.png` and `small.jpg` (already smaller than any size WordPress makes).
 * From Debian's mate-backgrounds, installed or fetched; else from the pictures of WordPress's own themes, for which alone `wordpress` is waited.
 */
export function photographs(wordpress: Promise<string>, progress: (text: string) => void = () => {}): Promise<string> {
  return makeOnce(join(cacheRoot, `photographs-${revision}`), async folder => {
    progress('cutting photographs')
    const { sources, cleanUp } = await findSources(wordpress)
    try {
      if (sources.length === 0)
        throw new LabError('lab.site_failed', 'No photographs are to be had', 'Run `npx pnpm engines`, which installs mate-backgrounds.')
      for (let index = 0; index < photographCount; index++) await cut(sources, index, folder)
      await diagram(join(folder, 'diagram.png'))
      await sharp(sources[0]).resize(140, 100).jpeg({ quality: 70 }).toFile(join(folder, 'small.jpg'))
    } finally {
      await cleanUp()
    }
  })
}

async function cut(sources: readonly string[], index: number, folder: string): Promise<void> {
  const source = sources[index % sources.length] ?? ''
  const round = Math.floor(index / sources.length)
  const [width, height, quality] = formats[(index + round) % formats.length] ?? formats[0]
  const name = `${basename(source, extname(source)).toLowerCase()}-${index + 1}.jpg`
  await sharp(source)
    .resize(width, height, { fit: 'cover', position: sharp.strategy[cuts[round % 2] ?? 'attention'] })
    .flop(round % 2 === 1)
    .jpeg({ quality, mozjpeg: false })
    .toFile(join(folder, name))
}

/** A drawing with few colours and sharp edges: what PNG is for. */
async function diagram(file: string): Promise<void> {
  const boxes = [60, 460, 860].map(
    (x, index) =>
      `<rect x="${x}" y="220" width="280" height="200" rx="16" fill="#33658a"/><text x="${x + 140}" y="335" font-size="44" fill="#fff" text-anchor="middle">Step ${index + 1}</text>`,
  )
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="640"><rect width="1200" height="640" fill="#f6f4ef"/>${boxes.join('')}</svg>`
  await sharp(Buffer.from(svg)).png({ compressionLevel: 6 }).toFile(file)
}

async function findSources(wordpress: Promise<string>): Promise<{ sources: string[]; cleanUp: () => Promise<void> }> {
  const kept = async (): Promise<void> => {}
  if (existsSync(installed)) return { sources: await pictures(installed), cleanUp: kept }
  const scratch = await temporaryFolder()
  const cleanUp = (): Promise<void> => removeFolder(scratch)
  try {
    await unpackDebianPackages('bookworm', ['mate-backgrounds'], scratch)
    return { sources: await pictures(join(scratch, installed)), cleanUp }
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    // No Debian to take them from: WordPress brings pictures too.
    await cleanUp()
    return { sources: await pictures(join(await wordpress, 'wp-content', 'themes')), cleanUp: kept }
  }
}

async function pictures(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  const files = names.filter(name => /\.(jpe?g|webp)$/i.test(name) && !/screenshot/.test(name)).toSorted()
  const wide = await Promise.all(
    files.map(async name => ((await sharp(join(folder, name)).metadata()).width >= 1000 ? [join(folder, name)] : [])),
  )
  return wide.flat()
}
