import { createConnection, type Socket } from 'node:net'
import { PlatenError, problemText, toPlatenError, type KindTypes, type Validator } from '@platen/protocol'
import { lineSplitter } from '../domain/line-splitter.ts'
import type { Bill } from '../domain/run.ts'
import type { FromWorker, ToWorker, WorkerEnd, WorkerOrder } from '../domain/worker-message.ts'
import type { Clock } from '../ports/clock.ts'
import type { HandlerOutcome, JobContext, WaitingOutcome } from '../ports/job-handler.ts'
import { hostCdn } from './host-cdn.ts'
import { hostChanges } from './host-changes.ts'
import { hostLog } from './host-log.ts'
import { hostPhp } from './host-php.ts'
import { hostSteps } from './host-steps.ts'

/** A handler of any kind. */
export type AnyHandler = (context: JobContext<KindTypes[keyof KindTypes]['input']>) => Promise<HandlerOutcome<unknown> | WaitingOutcome>

/** What a worker's composition provides. */
export interface WorkerComposition {
  /** The handler of an order, with its adapters; loads only what the kind needs. */
  handlerFor(order: WorkerOrder): Promise<AnyHandler>
  /** The check of a kind's results. */
  resultCheck(kind: string): Promise<Validator | undefined>
  readonly clock: Clock
}

/** An answer of the plugin, and what JSON adds. */
const lineLength = 16_777_216
const progressEveryMs = 100
/**
 * A main process that stands still for longer will find the worker gone, and its last word with it: that of a run which may not
 * be repeated is worth the wait for a disk that does not take the journal's commit.
 */
const heardMs = 30_000
/** The unit of getrusage's block counts on Linux, whatever the disk's is. */
const blockBytes = 512

/** The worker's end of the conversation with the agent's main process: shows the token, does one job, says how it ended. */
export async function hostWorker(socketPath: string, token: string, composition: WorkerComposition): Promise<void> {
  const socket = createConnection(socketPath)
  const send = (message: FromWorker): void => void socket.write(`${JSON.stringify(message)}\n`)
  const abort = new AbortController()
  const php = hostPhp(send)
  const steps = hostSteps(send, abort.signal)
  const changes = hostChanges(send, abort.signal)
  const cdn = hostCdn(send, abort.signal)
  const order = await new Promise<WorkerOrder>((resolve, reject) => {
    socket.once('error', reject)
    // Without the main process there is nobody to work for.
    socket.once('close', () => abort.abort(new PlatenError('job.cancelled')))
    onMessages(socket, message => {
      if (message.type === 'order') resolve(message)
      else if (message.type === 'answer') php.take(message)
      else if (message.type === 'changes') changes.take(message)
      else if (message.type === 'cdn') cdn.take(message)
      else if (message.type === 'noted') steps.take(message.id)
      else abort.abort(new PlatenError(message.reason === 'deadline' ? 'job.deadline' : 'job.cancelled'))
    })
    send({ type: 'here', token })
  })
  const startedAt = performance.now()
  const { end, savedBytes } = await runOrder(order, composition, {
    signal: abort.signal,
    clock: composition.clock,
    php: php.channel,
    changes: changes.changes,
    cdn: cdn.cdn,
    log: hostLog(send),
    progress: hostProgress(send),
    step: steps.step,
  })
  await lastWord(socket, { type: 'end', end, bill: { ...bill(startedAt), savedBytes } }, composition.clock)
}

/**
 * Says how the job ended and waits until the main process has heard it, which then closes its side. A process that is gone
 * before can take its last word along: what the main process writes meanwhile fails, and a socket that failed is read no more.
 */
async function lastWord(socket: Socket, word: FromWorker & { type: 'end' }, clock: Clock): Promise<void> {
  await new Promise<void>(resolve => {
    const takeBack = clock.after(heardMs, resolve)
    socket.once('close', () => {
      takeBack()
      resolve()
    })
    socket.end(`${JSON.stringify(word)}\n`)
  })
}

type ContextParts = Pick<JobContext<unknown>, 'signal' | 'clock' | 'log' | 'php' | 'changes' | 'cdn' | 'progress' | 'step'>

/** Reports progress at a bounded rate; the last of a whole always goes out. */
function hostProgress(send: (message: FromWorker) => void): ContextParts['progress'] {
  let toldAt = -progressEveryMs
  return (done, total, note) => {
    const now = performance.now()
    if (now - toldAt < progressEveryMs && done !== total) return
    toldAt = now
    send({ type: 'progress', done, total, note })
  }
}

interface Ended {
  readonly end: WorkerEnd
  readonly savedBytes: number
}

async function runOrder(order: WorkerOrder, composition: WorkerComposition, parts: ContextParts): Promise<Ended> {
  try {
    const handler = await composition.handlerFor(order)
    const { jobId, attempt, policy, child } = order
    const input = order.input as KindTypes[keyof KindTypes]['input']
    const outcome = await handler({ jobId, attempt, policy, input, ...(child ? { child } : {}), ...parts })
    if ('waitFor' in outcome) return { end: { outcome: 'waiting', effect: outcome.effect, child: outcome.waitFor }, savedBytes: 0 }
    const { result, effect, savedBytes = 0, failure } = outcome
    const check = await composition.resultCheck(order.kind)
    if (check && !check(result)) throw new PlatenError('internal', `The result breaks its schema: ${problemText(check.errors)}.`)
    if (failure) return { end: { outcome: 'failed', code: failure.code, message: failure.message.slice(0, 500), result }, savedBytes: 0 }
    return { end: { outcome: 'succeeded', effect, result }, savedBytes: Math.max(0, Math.round(savedBytes)) }
  } catch (error) {
    const known = toPlatenError(parts.signal.aborted ? parts.signal.reason : error)
    if (known.code === 'internal') parts.log.error('worker:failed', { stack: stackOf(error) })
    return { end: { outcome: 'failed', code: known.code, message: known.message.slice(0, 500) }, savedBytes: 0 }
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '').slice(0, 2_000) : ''
}

function onMessages(socket: Socket, take: (message: ToWorker) => void): void {
  const split = lineSplitter(lineLength)
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => {
    const lines = split(piece)
    if (!lines) socket.destroy()
    for (const line of lines ?? []) take(JSON.parse(line) as ToWorker)
  })
}

/** What this process used: all of it was for the job. */
function bill(startedAt: number): Omit<Bill, 'savedBytes'> {
  const { userCPUTime, systemCPUTime, maxRSS, fsRead, fsWrite } = process.resourceUsage()
  return {
    cpuMs: Math.round((userCPUTime + systemCPUTime) / 1_000),
    peakRssBytes: maxRSS * 1_024,
    wallMs: Math.round(performance.now() - startedAt),
    readBytes: fsRead * blockBytes,
    writtenBytes: fsWrite * blockBytes,
  }
}
