import { createHash } from 'node:crypto'
import { mkdirSync, opendirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A cache folder with entries as nginx writes them, `levels=1:2`. */
export interface CacheFolder {
  readonly path: string
  /** Puts a copy in the entry's place, as nginx does: written beside it and renamed. `madeUs` is what the plugin says of it. */
  put(key: string, madeUs: number): void
  /** Copies that PHP had begun before then, of all that are there. */
  olderThan(madeUs: number): number
}

/** What nginx counts its format by, and what stands before the key. */
const version = 5n
const headerBytes = 336
/** A page as long as WordPress's own theme makes them, gzipped or not. */
const body = '<p>What stands on a page.</p>\n'.repeat(500)
const headBytes = 1_024

/** An empty one at `path`. */
export function cacheFolder(path: string): CacheFolder {
  const header = Buffer.alloc(headerBytes)
  header.writeBigUInt64LE(version)
  const known = new Set<string>()
  return {
    path,
    put: (key, madeUs) => {
      const file = join(path, fileOf(key))
      const folder = dirname(file)
      if (!known.has(folder)) mkdirSync(folder, { recursive: true })
      known.add(folder)
      const headers = `Content-type: text/html; charset=UTF-8\r\nX-Platen-Made: ${String(madeUs).padStart(16, '0')}`
      writeFileSync(`${file}.new`, Buffer.concat([header, Buffer.from(`\nKEY: ${key}\n${headers}\r\n\r\n${body}`)]))
      renameSync(`${file}.new`, file)
    },
    olderThan: madeUs => {
      let older = 0
      for (const file of filesIn(path)) {
        const head = readFileSync(file).toString('latin1', 0, headBytes)
        if (Number(/X-Platen-Made: (\d+)/.exec(head)?.[1]) < madeUs) older += 1
      }
      return older
    },
  }
}

/** The rule of nginx's documentation: the name is the key's MD5, and the folders are its last digits. */
function fileOf(key: string): string {
  const name = createHash('md5').update(key).digest('hex')
  return join(name.slice(-1), name.slice(-3, -1), name)
}

function* filesIn(path: string): Generator<string> {
  const folder = opendirSync(path)
  try {
    for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
      if (entry.isDirectory()) yield* filesIn(join(path, entry.name))
      else yield join(path, entry.name)
    }
  } finally {
    folder.closeSync()
  }
}
