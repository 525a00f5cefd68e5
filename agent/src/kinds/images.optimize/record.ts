import { isSafeName } from './plan.ts'

/** What a file was when it was looked at. Size and time are asked first; the hash decides where they differ. */
export interface FilePrint {
  readonly size: number
  readonly modifiedMs: number
  readonly sha256: string
}

/**
 * What was done for one attachment. **making**: its WebPs are being written, so any of them may be there. **made**: all of
 * them are there. **left**: it was tried, nothing is gained, nothing is there.
 */
export interface ImageRecord {
  readonly version: 1
  /** How the codings were chosen; see choice.ts. */
  readonly settings: string
  readonly state: 'making' | 'made' | 'left'
  /** Every file that was read, by its name below the uploads folder. */
  readonly prints: Readonly<Record<string, FilePrint>>
  /** Bytes of the WebP that stands for each file; empty where it was left. */
  readonly webp: Readonly<Record<string, number>>
}

/** A record's text. */
export function recordText(record: ImageRecord): string {
  return JSON.stringify(record)
}

/** A record from its text, or undefined where it is none: the site can write this file, so nothing in it is believed blindly. */
export function parseRecord(text: string): ImageRecord | undefined {
  const value = parse(text)
  return isRecord(value) ? value : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Cut off or overwritten by someone: as good as no record.
    return undefined
  }
}

function isRecord(value: unknown): value is ImageRecord {
  if (!isObject(value) || value['version'] !== 1 || typeof value['settings'] !== 'string') return false
  return (
    ['making', 'made', 'left'].includes(value['state'] as string) &&
    isObject(value['prints']) &&
    Object.entries(value['prints']).every(([name, print]) => isSafeName(name) && isPrint(print)) &&
    isObject(value['webp']) &&
    Object.entries(value['webp']).every(([name, bytes]) => isSafeName(name) && isCount(bytes))
  )
}

function isPrint(value: unknown): boolean {
  return isObject(value) && isCount(value['size']) && typeof value['modifiedMs'] === 'number' && typeof value['sha256'] === 'string'
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
