import { isErrorCode, PlatenError, type ErrorCode } from '@platen/protocol'
import { formatNotice, launcherLineLength, parseOrder, type LauncherNotice } from '../domain/launcher-line.ts'
import { lineSplitter } from '../domain/line-splitter.ts'
import type { Log } from '../ports/log.ts'
import type { Child, ChildExit } from './child-process.ts'
import type { WorkerChildren } from './worker-children.ts'

/** The agent's main process as the launcher sees it. */
export interface AgentChild {
  /** Settles once it listens. Rejects where it never did, with the error that it named. */
  readonly ready: Promise<void>
  readonly exited: Promise<ChildExit>
  tell(notice: LauncherNotice): void
  stop(): void
}

/** From SIGTERM to SIGKILL: the time that workers get to stop, and some more. */
const stopGraceMs = 12_000
const mostUnreadBytes = 16_384

/** Listens to the main process: orders of the fixed form are followed, the first line of any other form ends it. */
export function attendAgent(child: Child, workers: WorkerChildren, log: Log): AgentChild {
  const split = lineSplitter(launcherLineLength)
  let failure: ErrorCode | undefined
  const { promise: ready, resolve: beReady, reject: fail } = Promise.withResolvers<void>()
  const follow = (line: string): boolean => {
    const order = parseOrder(line)
    if (order?.verb === 'start') workers.start(order)
    else if (order?.verb === 'stop') workers.stop(order.token)
    else if (order?.verb === 'ready') beReady()
    else if (order?.verb === 'failed') failure = isErrorCode(order.code) ? order.code : 'internal'
    return order !== undefined
  }
  child.channel?.setEncoding('utf8')
  child.channel?.on('data', (piece: string) => {
    const lines = split(piece)
    if (lines?.every(follow)) return
    log.error('launcher:refused', { bytes: piece.length })
    child.kill()
  })
  // The child's exit says all that is to be known.
  child.channel?.on('error', () => child.channel?.destroy())
  void child.exited.then(({ lastWords }) => fail(new PlatenError(failure ?? 'agent.unavailable', lastWords || undefined)))
  // Only the first start waits for it; later ones are told by the exit.
  ready.catch(() => undefined)
  return {
    ready,
    exited: child.exited,
    tell: notice => {
      // What a worker has used so far is told again soon: it must not pile up before a main process that stands still.
      if (notice.exit === undefined && (child.channel?.writableLength ?? 0) > mostUnreadBytes) return
      if (child.channel?.writable) child.channel.write(`${formatNotice(notice)}\n`)
    },
    stop: () => child.stop(stopGraceMs),
  }
}
