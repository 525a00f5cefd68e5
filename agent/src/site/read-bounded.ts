import type { FileHandle } from 'node:fs/promises'
import { PlatenError } from '@platen/protocol'

const pieceBytes = 262_144

/** Reads a file to its end, whatever size it told: one that grows meanwhile past `mostBytes` is file.too_large. */
export async function readBounded(file: FileHandle, mostBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let length = 0; ;) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, mostBytes - length + 1))
    const { bytesRead } = await file.read(piece, 0, piece.length, null)
    if (bytesRead === 0) return Buffer.concat(pieces)
    length += bytesRead
    if (length > mostBytes) throw new PlatenError('file.too_large')
    pieces.push(piece.subarray(0, bytesRead))
  }
}
