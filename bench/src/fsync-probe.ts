import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Measures what it takes to have one more page of a file on disk: the floor of everything durable. */
export interface FsyncProbe {
  /** Appends a page and waits for the disk. Milliseconds. */
  once(): number
  close(): void
}

const page = Buffer.alloc(4_096, 1)

/** A probe of the disk that holds `folder`. */
export function fsyncProbe(folder: string): FsyncProbe {
  const path = join(folder, 'fsync-probe')
  const file = openSync(path, 'w')
  return {
    once: () => {
      const from = performance.now()
      writeSync(file, page)
      fsyncSync(file)
      return performance.now() - from
    },
    close: () => {
      closeSync(file)
      rmSync(path)
    },
  }
}
