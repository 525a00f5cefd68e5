import type { Duplex } from 'node:stream'
import {
  formatOrder,
  launcherLineLength,
  parseNotice,
  type WorkerExit,
  type WorkerUsage,
  type WorkerWanted,
} from '../domain/launcher-line.ts'
import { lineSplitter } from '../domain/line-splitter.ts'

/** How a worker process went, and what it had used. */
export interface WorkerGone {
  readonly exit: WorkerExit
  readonly usage: WorkerUsage
}

/** Who hears of a worker process. */
export interface WorkerWatcher {
  /** It lives, and has used so much so far. */
  used(usage: WorkerUsage): void
  /** Called once, when it is gone. */
  ended(gone: WorkerGone): void
}

const unseen: WorkerGone = { exit: 'crashed', usage: { cpuMs: 0, peakRssBytes: 0, readBytes: 0, writtenBytes: 0 } }

/** The main process's side of its line to the launcher. */
export interface LauncherLink {
  /** Starts a worker process. */
  start(wanted: WorkerWanted, watcher: WorkerWatcher): void
  /** Ends a worker process: SIGTERM, then SIGKILL. */
  stop(token: string): void
  /** The agent listens. */
  ready(): void
  /** The agent can't start, and why; settles when that is said. */
  failed(code: string): Promise<void>
  /** Settles when the launcher is gone, and with it every worker. */
  readonly closed: Promise<void>
}

/** Speaks the launcher's line protocol over a stream. */
export function launcherLink(stream: Duplex): LauncherLink {
  const watchers = new Map<string, WorkerWatcher>()
  const split = lineSplitter(launcherLineLength)
  const send = (line: string): void => void stream.write(`${line}\n`)
  stream.setEncoding('utf8')
  stream.on('data', (piece: string) => {
    for (const line of split(piece) ?? []) {
      const notice = parseNotice(line)
      const watcher = notice && watchers.get(notice.token)
      if (!notice || !watcher) continue
      const { token, exit, usage } = notice
      if (exit === undefined) watcher.used(usage)
      else {
        watchers.delete(token)
        watcher.ended({ exit, usage })
      }
    }
  })
  const closed = new Promise<void>(resolve => {
    stream.once('close', () => {
      for (const watcher of watchers.values()) watcher.ended(unseen)
      watchers.clear()
      resolve()
    })
  })
  // An error is followed by `close`, which says all that is to be known.
  stream.on('error', () => stream.destroy())
  return {
    start: (wanted, watcher) => {
      watchers.set(wanted.token, watcher)
      send(formatOrder({ verb: 'start', ...wanted }))
    },
    stop: token => send(formatOrder({ verb: 'stop', token })),
    ready: () => send(formatOrder({ verb: 'ready' })),
    failed: code => new Promise(resolve => stream.end(`${formatOrder({ verb: 'failed', code })}\n`, () => resolve())),
    closed,
  }
}
