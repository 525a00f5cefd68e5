import { readFileSync } from 'node:fs'

const headerBytes = 32
const frameHeaderBytes = 24

/** Commits in the write-ahead log of a SQLite file: its format (sqlite.org/fileformat2.html) marks the last frame of each. */
export function commitsIn(file: string): number {
  const log = readFileSync(`${file}-wal`)
  const frameBytes = frameHeaderBytes + log.readUInt32BE(8)
  let commits = 0
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    const isOfThisLog = log.compare(log, 16, 24, at + 8, at + 16) === 0
    if (isOfThisLog && log.readUInt32BE(at + 4) > 0) commits += 1
  }
  return commits
}
