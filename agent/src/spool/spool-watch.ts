import { watch, type FSWatcher } from 'node:fs'
import { toPlatenError, type ErrorCode } from '@platen/protocol'
import type { SpoolSink } from '../ports/spool-sink.ts'
import { spoolReader, type SpoolReaderOptions } from './spool-reader.ts'
import type { Clock } from '../ports/clock.ts'

/** What attending to a spool takes. */
export interface SpoolWatchOptions extends SpoolReaderOptions {
  readonly clock: Clock
  readonly sink: SpoolSink
  /** Called after each turn: there may be changes. */
  readonly noted: () => void
}

/** Between turns, and from a hint to the turn: what comes within it is read together, and a flood leaves most of a core free. */
const turnMs = 100
/** Hints get lost, and there may be none on some file systems. */
const lookMs = 5_000

/** Has the spool read whenever the system hints at something new in it, and every few seconds. */
export function watchSpool(options: SpoolWatchOptions): { close(): void } {
  const { folder, sink, clock, log, noted } = options
  const reader = spoolReader(options)
  let watcher: FSWatcher | undefined
  let next: { readonly soon: boolean; readonly cancel: () => void } | undefined
  let failing: ErrorCode | undefined

  const schedule = (soon: boolean): void => {
    if (next?.soon) return
    next?.cancel()
    next = { soon, cancel: clock.after(soon ? turnMs : lookMs, turn) }
  }
  const turn = (): void => {
    next = undefined
    watcher ??= hints(folder, () => schedule(true), forgetWatcher)
    schedule(attempt())
    noted()
  }
  const forgetWatcher = (): void => {
    watcher = undefined
  }
  const attempt = (): boolean => {
    try {
      const more = [reader.turn(), sink.tidy()].includes(true)
      failing = undefined
      return more
    } catch (error) {
      const known = toPlatenError(error)
      if (failing !== known.code) log.error('spool:unread', { error: known })
      failing = known.code
      return false
    }
  }
  turn()
  return {
    close: () => {
      next?.cancel()
      watcher?.close()
    },
  }
}

/** Calls back when something in the folder changes; undefined where it can't be watched now. */
function hints(folder: string, call: () => void, gone: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, call)
    watcher.once('error', () => {
      watcher.close()
      gone()
    })
    return watcher
  } catch {
    // It is not there, or there are no watches left: looks go on.
    return undefined
  }
}
