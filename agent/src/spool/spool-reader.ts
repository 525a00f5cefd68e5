import { renameSync } from 'node:fs'
import { join } from 'node:path'
import type { SpoolChange } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { SpoolPlace, SpoolSink } from '../ports/spool-sink.ts'
import { discard, isForeign, isThere, readOn, type FilePart } from './spool-file.ts'
import { parseChange, parsePage } from './spool-lines.ts'

/** What reading a spool takes. */
export interface SpoolReaderOptions {
  readonly folder: string
  readonly sink: SpoolSink
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly log: Log
  /** How far a file is read before it is put aside, so that the plugin begins a new one. */
  readonly asideBytes?: number
}

/** Reads the spool a turn at a time; see docs/decisions/0007. */
export interface SpoolReader {
  /** Takes a portion of what is there; true where there may be more. */
  turn(): boolean
}

type Name = 'changes' | 'pages'

/** Lines of one turn: so many take some tens of milliseconds to put away. */
const mostLines = 64
const usualAsideBytes = 524_288
/** A request of PHP that has opened the file before that has long written by then. */
const finishMs = 10_000
const logEveryMs = 60_000

/**
 * Reads `changes` and `pages` as they grow. A file that was read far enough is renamed to `….read`, read to its end for as long
 * as a request may still write there, and unlinked: so nothing is lost while PHP appends, and nothing has to be locked. One that
 * root has made, as `wp --allow-root` does, is put aside as soon as it was read.
 */
export function spoolReader({ folder, sink, clock, log, asideBytes = usualAsideBytes }: SpoolReaderOptions): SpoolReader {
  const at = (name: string): string => join(folder, name)
  /** Since when nothing came to a file that was put aside. */
  const quiet = new Map<Name, { readonly offset: number; readonly sinceMs: number }>()
  const broken: Record<Name, number> = { changes: 0, pages: 0 }
  let toldMs = -logEveryMs
  const order: Name[] = ['pages', 'changes']

  const put = (name: Name, { lines, tooLong }: FilePart, places: Readonly<Record<string, SpoolPlace | undefined>>): void => {
    if (name === 'pages') {
      const pages = lines.map(parsePage).filter(page => page !== undefined)
      sink.put({ pages, places })
      broken.pages += lines.length - pages.length + tooLong
    } else {
      const changes = lines.map(parseChange).filter(change => change !== undefined)
      const unread = lines.length - changes.length + tooLong
      // A plugin that is newer than this agent may say it otherwise: that something changed is certain all the same.
      sink.put({ changes: unread === 0 ? changes : [...changes, unknown(clock.now())], places })
      broken.changes += unread
    }
  }
  const take = (name: Name, file: string, part: FilePart): boolean => {
    const { place } = part
    const before = sink.place(file)
    if (before && before.inode === place.inode && before.offset === place.offset) return false
    // One that was put aside is known by its former name until this commit.
    const renamed = file !== name && sink.place(name)?.inode === place.inode
    put(name, part, { [file]: place, ...(renamed ? { [name]: undefined } : {}) })
    return true
  }

  const readAside = (name: Name): boolean => {
    const file = `${name}.read`
    const part = readOn(at(file), inode => [sink.place(file), sink.place(name)].find(place => place?.inode === inode), mostLines)
    if (part && take(name, file, part)) return true
    if (part) finish(name, file, part.place.offset)
    else if (sink.place(file)) sink.put({ places: { [file]: undefined } })
    return false
  }
  const finish = (name: Name, file: string, offset: number): void => {
    const since = quiet.get(name)
    if (since?.offset !== offset) return void quiet.set(name, { offset, sinceMs: clock.monotonic() })
    if (clock.monotonic() - since.sinceMs < finishMs) return
    sink.secure()
    discard(at(file))
    quiet.delete(name)
    sink.put({ places: { [file]: undefined } })
  }
  /** Where one user is the site's and the agent's, he may not even read what root has made: what it said is lost. */
  const readOrDiscard = (name: Name, before: SpoolPlace | undefined): FilePart | undefined => {
    try {
      return readOn(at(name), inode => (before?.inode === inode ? before : undefined), mostLines)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES' || !isForeign(folder, name)) throw error
      sink.put({ changes: name === 'changes' ? [unknown(clock.now())] : [], places: { [name]: undefined } })
      discard(at(name))
      return undefined
    }
  }
  const readCurrent = (name: Name): boolean => {
    const before = sink.place(name)
    const part = readOrDiscard(name, before)
    // Nobody but this reader takes a file away: what was in it and not read yet is lost.
    if (name === 'changes' && before && before.inode !== part?.place.inode) {
      sink.put({ changes: [unknown(clock.now())], places: { [name]: undefined } })
      return true
    }
    if (!part) return false
    if (take(name, name, part)) return true
    if ((part.place.offset < asideBytes && !isForeign(folder, name)) || isThere(at(`${name}.read`))) return false
    renameSync(at(name), at(`${name}.read`))
    sink.put({ places: { [`${name}.read`]: part.place, [name]: undefined } })
    return true
  }
  /** Whether the plugin could not note a change. The sign is moved first: one that it leaves from now on is another. */
  const readSign = (): void => {
    if (isThere(at('everything'))) renameSync(at('everything'), at('everything.read'))
    if (!isThere(at('everything.read'))) return
    sink.put({ changes: [unknown(clock.now())], places: {} })
    discard(at('everything.read'))
  }
  const tell = (): void => {
    if (broken.changes + broken.pages === 0 || clock.monotonic() - toldMs < logEveryMs) return
    log.warn('spool:broken', { changes: broken.changes, pages: broken.pages })
    Object.assign(broken, { changes: 0, pages: 0 })
    toldMs = clock.monotonic()
  }
  return {
    turn: () => {
      readSign()
      // The other one first next time: neither waits for the other for ever.
      order.reverse()
      const more = order.some(name => readAside(name) || readCurrent(name))
      tell()
      return more
    },
  }
}

/** It may have been anything, code as well. */
function unknown(now: number): SpoolChange {
  const what = 'Something changed that could not be noted'
  return { at: now * 1_000, what, tags: [], hidden: [], urls: [], trees: [], everything: true, code: true }
}
