import { PlatenError } from '@platen/protocol'
import type { SiteFiles } from '../../ports/site-files.ts'
import { below } from './plan.ts'
import { parseRecord, recordText, type ImageRecord } from './record.ts'

/** A hundred files with the longest names fit. */
const recordBytes = 262_144
/** Records that one site may have. */
const mostRecords = 200_000

/** The records of what was done, one small file an attachment below the uploads folder: they need no database. */
export interface Records {
  find(id: number): Promise<ImageRecord | undefined>
  save(id: number, record: ImageRecord): Promise<void>
  /** Forgets the record of an attachment that had WebPs of these files. */
  drop(id: number, files: readonly string[]): Promise<void>
  /** Attachments that have a record. */
  ids(): Promise<readonly number[]>
  /** Whether another attachment has a WebP of this file: translations of an image share its files. */
  claimedByOther(file: string, id: number): Promise<boolean>
}

/** The records below an uploads folder (a path below the site's root). Throws as SiteFiles does. */
export function openRecords(files: SiteFiles, uploads: string): Records {
  const folder = below(uploads, 'platen/images')
  const path = (id: number): string => below(folder, `${id}.json`)
  let claims: Map<string, Set<number>> | undefined

  const find = async (id: number): Promise<ImageRecord | undefined> => {
    const data = await orNothing(files.read(path(id), recordBytes))
    return data && parseRecord(data.toString('utf8'))
  }
  const ids = async (): Promise<number[]> => (await files.list(folder, mostRecords)).flatMap(idOf)
  const loadClaims = async (): Promise<Map<string, Set<number>>> => {
    const loaded = new Map<string, Set<number>>()
    for (const id of await ids()) claim(loaded, id, await find(id))
    return loaded
  }
  return {
    find,
    ids,
    save: async (id, record) => {
      await files.write(path(id), Buffer.from(recordText(record)))
      if (claims) claim(claims, id, record)
    },
    drop: async (id, names) => {
      await files.remove(path(id))
      for (const name of names) claims?.get(name)?.delete(id)
    },
    claimedByOther: async (file, id) => {
      claims ??= await loadClaims()
      return [...(claims.get(file) ?? [])].some(owner => owner !== id)
    },
  }
}

function claim(claims: Map<string, Set<number>>, id: number, record: ImageRecord | undefined): void {
  for (const file of Object.keys(record?.webp ?? {})) claims.set(file, (claims.get(file) ?? new Set()).add(id))
}

function idOf(name: string): number[] {
  const digits = /^([1-9]\d{0,14})\.json$/.exec(name)?.[1]
  return digits === undefined ? [] : [Number(digits)]
}

async function orNothing(reading: Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await reading
  } catch (error) {
    // A record that is not there, or none that we wrote, is no record.
    if (error instanceof PlatenError && (error.code === 'file.not_found' || error.code === 'file.too_large')) return undefined
    throw error
  }
}
