import type { SiteFiles } from '../../ports/site-files.ts'
import { settings } from './choice.ts'
import type { Drawn } from './draw-set.ts'
import { below, webpName } from './plan.ts'
import type { FilePrint, ImageRecord } from './record.ts'
import type { Records } from './records.ts'

/** Where a set goes. */
export interface PlacingParts {
  readonly files: SiteFiles
  readonly records: Records
  /** The uploads folder, below the site's root. */
  readonly uploads: string
}

/**
 * Writes a whole set beside its files: first a record that says so, then the WebPs, then the record that they are there.
 * Answers false, with nothing written, where a name is taken by a file that is not ours. On any error nothing of the set
 * stays. Throws as SiteFiles does.
 */
export async function placeSet(
  parts: PlacingParts,
  id: number,
  drawn: readonly Drawn[],
  prints: Readonly<Record<string, FilePrint>>,
): Promise<boolean> {
  const { files, records, uploads } = parts
  for (const { file } of drawn) if (await isTaken(parts, id, file)) return false
  const webp = Object.fromEntries(drawn.map(({ file, data }) => [file, data.length]))
  const record: ImageRecord = { version: 1, settings, state: 'making', prints, webp }
  try {
    await records.save(id, record)
    for (const { file, data } of drawn) await files.write(below(uploads, webpName(file)), data)
    await records.save(id, { ...record, state: 'made' })
    return true
  } catch (error) {
    await removeSet(parts, id, Object.keys(webp))
    throw error
  }
}

/**
 * Removes the WebPs of these files, apart from those that another attachment shares, and the record last, so that a crash
 * in between forgets none. Answers how many were removed. Throws as SiteFiles does.
 */
export async function removeSet({ files, records, uploads }: PlacingParts, id: number, names: readonly string[]): Promise<number> {
  let removed = 0
  for (const name of names) {
    const path = below(uploads, webpName(name))
    if ((await records.claimedByOther(name, id)) || (await files.info(path)) === undefined) continue
    await files.remove(path)
    removed += 1
  }
  await records.drop(id, names)
  return removed
}

async function isTaken({ files, records, uploads }: PlacingParts, id: number, file: string): Promise<boolean> {
  if ((await files.info(below(uploads, webpName(file)))) === undefined) return false
  return !(await records.claimedByOther(file, id))
}
