import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import type { KeptEntry } from '../ports/page-cache.ts'
import { fileError, systemCode } from './file-errors.ts'

const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants

/** nginx keeps the key after a binary header, then what PHP answered with, headers first. */
const keyMark = Buffer.from('\nKEY: ')
const headersEnd = Buffer.from('\r\n\r\n')
/** Bytes that hold nearly every key and its headers, and those beyond which nobody looks for the rest of them. */
const usualBytes = 4_096
const mostBytes = 32_768
/** What is no entry: a link, one that is gone, a socket or pipe, a folder, or what is below something that is none. */
const odd: ReadonlySet<string> = new Set(['ENOENT', 'ELOOP', 'ENXIO', 'ENOTDIR', 'EISDIR'])

/** What an entry's file tells. */
export type EntryText = Omit<KeptEntry, 'file'>

/**
 * Reads the head of an entry; undefined where that is none. Calls of the system that block: one takes microseconds, and
 * eight times that where it goes by another thread and back. Who reads many lets others have a turn between them.
 */
export function readEntry(path: string): EntryText | undefined {
  return withEntry(path, O_RDONLY, textOf)
}

/**
 * Makes nginx forget the entry of this key; what it was, if it was there. With `open_file_cache` nginx serves from a file that it
 * still holds open after unlinking, so the version at the start of its header is made one that nginx does not take; then
 * the file goes. Answers on their way are not hurt, for the body stays as it is.
 */
export function dropEntry(path: string, key: string): EntryText | undefined {
  return withEntry(path, O_RDWR, file => {
    const text = textOf(file)
    if (text?.key !== key) return undefined
    writeSync(file, Buffer.alloc(8), 0, 8, 0)
    unlinkSync(path)
    return text
  })
}

/** Opens a plain file that has one name only: what a second name stands for may be no cache entry. Undefined for others. */
function withEntry<T>(path: string, flags: number, use: (file: number) => T | undefined): T | undefined {
  let file: number | undefined
  try {
    file = openSync(path, flags | O_NOFOLLOW | O_NONBLOCK)
    const stats = fstatSync(file)
    return stats.isFile() && stats.nlink === 1 ? use(file) : undefined
  } catch (error) {
    if (odd.has(systemCode(error) ?? '')) return undefined
    throw fileError(error, 'page cache')
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function textOf(file: number): EntryText | undefined {
  let head = headOf(file, usualBytes)
  const key = keyOf(head)
  if (key === undefined) return undefined
  if (head.length === usualBytes && !head.includes(headersEnd)) head = headOf(file, mostBytes)
  const start = head.indexOf(keyMark) + keyMark.length
  const end = head.indexOf(headersEnd, start)
  const headers = head.toString('latin1', start, end < 0 ? head.length : end)
  const { ino, mtimeMs, size } = fstatSync(file)
  const made = /(?:^|[^a-z-])x-platen-made: ?(\d{16})(?:\r|$)/i.exec(headers)?.[1]
  return {
    key,
    varies: /(?:^|[^a-z-])vary:/i.test(headers),
    copy: `${ino}:${mtimeMs}:${size}`,
    ...(made === undefined ? {} : { madeUs: Number(made) }),
  }
}

/** One buffer for all: nothing else runs between a read and the end of its use. */
const shared = Buffer.alloc(mostBytes)

function headOf(file: number, bytes: number): Buffer {
  return shared.subarray(0, readSync(file, shared, 0, bytes, 0))
}

/** The KEY line; undefined where there is none, or one that is no text. */
function keyOf(head: Buffer): string | undefined {
  const start = head.indexOf(keyMark)
  const end = start < 0 ? -1 : head.indexOf('\n', start + keyMark.length)
  if (end < 0) return undefined
  const key = head.toString('utf8', start + keyMark.length, end)
  return key.includes('\uFFFD') ? undefined : key
}
