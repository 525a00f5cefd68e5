import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a reader makes of a file of this name that holds the input, in a folder of its own that is gone afterwards. */
export function inFile<Made>(name: string, read: (path: string, folder: string) => Made): (input: string | Buffer) => Made {
  return input => {
    const folder = mkdtempSync(join(tmpdir(), 'platen-fuzz-file-'))
    try {
      const path = join(folder, name)
      // Tokens and keys are in such files: readers refuse those that others can read.
      writeFileSync(path, input, { mode: 0o600 })
      return read(path, folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}
