import { randomBytes } from 'node:crypto'
import { limits, PlatenError, type DocumentPolicy } from '@platen/protocol'
import { effectOf, isRepeatable } from '../domain/effect.ts'
import type { WorkerExit, WorkerUsage } from '../domain/launcher-line.ts'
import { policyForRole } from '../domain/policy.ts'
import type { Bill } from '../domain/run.ts'
import type { FromWorker } from '../domain/worker-message.ts'
import type { CdnPurges } from '../ports/cdn-purges.ts'
import type { ChangeLedger } from '../ports/change-ledger.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { PhpChannel } from '../ports/php-channel.ts'
import type { Work, Workers, WorkListener, WorkOrder, WorkOutcome } from '../ports/workers.ts'
import type { LauncherLink, WorkerGone } from './launcher-link.ts'
import { changesKind } from './change-jobs.ts'
import { workerCalls } from './worker-calls.ts'
import { workerCdn } from './worker-cdn.ts'
import { workerChanges } from './worker-changes.ts'
import type { WorkerConnection, WorkerDoor } from './worker-door.ts'

/** What worker processes need. */
export interface WorkerProcessesOptions {
  readonly launcher: LauncherLink
  readonly door: WorkerDoor
  readonly php: PhpChannel
  readonly policy: DocumentPolicy
  /** Where the policy names a spool. */
  readonly changes?: ChangeLedger | undefined
  /** Where there is a gateway. */
  readonly cdn?: CdnPurges | undefined
  readonly clock: Clock
  readonly log: Log
}

type End = Extract<FromWorker, { type: 'end' }>

/**
 * From the launcher's order to the worker's token: a cold start of Node at the back of every queue of a busy machine. One that dies
 * is heard of at once.
 */
const startMs = 120_000
/** A worker's time to stop by itself after it was asked, and to take back what visitors should not see half done. */
const stopMs = 9_000
/** Lines of one worker that reach the log, and steps that reach the journal: one that was taken over must not fill the disk. */
const mostLogLines = 500
const mostSteps = 100_000
/** From a worker's last word to its exit. */
const exitMs = 2_000
/** After changes could not be put down as done, or as to come again. */
const settleAgainMs = 5_000

/** Runs each job in a process of its own, which the launcher starts with the rights of the kind's role. */
export function workerProcesses(options: WorkerProcessesOptions): Workers {
  const all = new Set<Work>()
  return {
    start: (order, listener) => {
      const work = startWork(options, order, listener)
      all.add(work)
      void work.done.then(() => all.delete(work))
      return work
    },
    close: async () => {
      for (const work of all) work.cancel('shutdown')
      await Promise.all([...all].map(work => work.done))
    },
  }
}

function startWork(options: WorkerProcessesOptions, order: WorkOrder, listener: WorkListener): Work {
  const { launcher, door, clock, policy } = options
  const token = randomBytes(32).toString('hex')
  const startedAt = performance.now()
  const steps = { begun: 0, notRepeatable: 0 }
  const calls = new AbortController()
  let connection: WorkerConnection | undefined
  let stopping: string | undefined
  const exit = new Promise<WorkerGone>(ended => {
    const { role, prompt } = order
    launcher.start(
      { role, priority: prompt ? 'usual' : 'back', token, memoryMb: policy.limits.memoryMb },
      { used: usage => listener.used(usage), ended },
    )
  })

  const cancel = (reason: string): void => {
    if (stopping !== undefined) return
    stopping = reason
    connection?.send({ type: 'cancel', reason })
    // The plugin may still be called meanwhile: what is half done is taken back through it.
    const takeBack = clock.after(connection ? stopMs : 0, () => {
      calls.abort()
      launcher.stop(token)
    })
    void exit.then(takeBack)
  }
  const takeBackDeadline = clock.after(order.runMs, () => cancel('deadline'))

  const counted: WorkListener = {
    progress: (done, total, note) => listener.progress(done, total, note),
    used: cost => listener.used(cost),
    step: (name, kind) => {
      const noted = listener.step(name, kind)
      if (noted) steps.begun += 1
      if (noted && !isRepeatable(kind)) steps.notRepeatable += 1
      return noted
    },
  }
  const lastWord = (async (): Promise<End | undefined> => {
    connection = await door.expect(token, startMs)
    return await converse(connection, options, order, counted, calls.signal)
  })().catch((error: unknown) => {
    if (!(error instanceof PlatenError)) options.log.error('worker:failed', { jobId: order.jobId, error })
    return undefined
  })

  const finish = async (): Promise<WorkOutcome> => {
    const end = await Promise.race([lastWord, exit.then(() => settled(lastWord, exitMs, clock))])
    const takeBack = clock.after(exitMs, () => launcher.stop(token))
    const { exit: how, usage } = await exit
    takeBack()
    takeBackDeadline()
    connection?.end()
    calls.abort()
    const outcome = outcomeOf(end, how, stopping, effectOf(steps), billOf(end, usage, Math.round(performance.now() - startedAt)))
    if (order.kind === changesKind) settleChanges(options, order.jobId, outcome.outcome === 'succeeded')
    return outcome
  }
  return { done: finish(), cancel }
}

/** Before anyone hears of the end: whoever then looks for changes finds those that have to come again. */
function settleChanges(options: WorkerProcessesOptions, jobId: string, succeeded: boolean): void {
  const { changes, clock, log } = options
  try {
    changes?.settle(jobId, succeeded)
  } catch (error) {
    log.error('changes:unsettled', { jobId, error })
    clock.after(settleAgainMs, () => settleChanges(options, jobId, succeeded))
  }
}

/** Gives the order and listens until the worker said its last word, or is gone. */
async function converse(
  connection: WorkerConnection,
  { php, policy, changes, cdn, log }: WorkerProcessesOptions,
  { jobId, kind, attempt, input, runMs, role, child }: WorkOrder,
  listener: WorkListener,
  signal: AbortSignal,
): Promise<End | undefined> {
  const count = { log: 0, step: 0 }
  const call = workerCalls(php, signal, connection.send)
  const askChanges = workerChanges(changes, { jobId, kind }, connection.send)
  const askCdn = workerCdn({ cdn, order: { jobId, kind }, site: policy.site.url }, connection.send)
  const end = new Promise<End>(resolve => {
    connection.onMessage(message => {
      if (message.type === 'end') resolve(message)
      else if (message.type === 'progress') listener.progress(message.done, message.total, message.note)
      else if (message.type === 'step') {
        count.step += 1
        if (count.step > mostSteps) connection.end()
        else if (listener.step(message.name, message.kind)) connection.send({ type: 'noted', id: message.id })
      } else if (message.type === 'log') {
        count.log += 1
        if (count.log <= mostLogLines) log[message.level](message.event, { jobId, kind, ...message.members })
      } else if (message.type === 'call') call(message)
      else if (message.type === 'cdn.want' || message.type === 'cdn.outcome') {
        if (!askCdn(message)) connection.end()
      }
      // Its token, which comes once, was shown before.
      else if (message.type !== 'here' && !askChanges(message)) connection.end()
    })
  })
  connection.send({ type: 'order', jobId, kind, attempt, input, runMs, policy: policyForRole(policy, role), ...(child ? { child } : {}) })
  return await Promise.race([end, connection.closed.then(() => undefined)])
}

/** What a run cost: the worker's own word, which is exact, unless more was seen from outside; a worker may die, or lie. */
function billOf(end: End | undefined, seen: WorkerUsage, wallMs: number): Bill {
  const told = end?.bill ?? { cpuMs: 0, peakRssBytes: 0, readBytes: 0, writtenBytes: 0, savedBytes: 0 }
  return {
    cpuMs: Math.max(told.cpuMs, seen.cpuMs),
    peakRssBytes: Math.max(told.peakRssBytes, seen.peakRssBytes),
    wallMs: end?.bill.wallMs ?? wallMs,
    readBytes: Math.max(told.readBytes, seen.readBytes),
    writtenBytes: Math.max(told.writtenBytes, seen.writtenBytes),
    savedBytes: end?.end.outcome === 'succeeded' ? told.savedBytes : 0,
  }
}

/** What came of a worker: its own word, unless it is too long, was overtaken by a stop, or never came. */
function outcomeOf(
  end: End | undefined,
  exit: WorkerExit,
  stopping: string | undefined,
  effect: 'none' | 'partial' | 'unknown',
  bill: Bill,
): WorkOutcome {
  const failed = (error: PlatenError): WorkOutcome => ({
    outcome: 'failed',
    effect,
    error: { code: error.code, message: error.message.slice(0, 500) },
    bill,
  })
  if (end?.end.outcome === 'succeeded') {
    const { effect, result } = end.end
    if (isWithinBound(result)) return { outcome: 'succeeded', effect, result, bill }
    return { ...failed(new PlatenError('internal', 'The result is over its size bound.')), effect }
  }
  if (end?.end.outcome === 'waiting' && stopping === undefined) {
    const { effect, child } = end.end
    return { outcome: 'waiting', effect, child, bill }
  }
  if (stopping === 'deadline') return failed(new PlatenError('job.deadline'))
  if (stopping === 'journal') return failed(new PlatenError('disk.full', 'The journal could not be written.'))
  if (stopping === 'shutdown') return failed(new PlatenError('job.lost', 'The agent was stopped.'))
  if (stopping !== undefined) return { outcome: 'cancelled', effect, bill }
  if (end?.end.outcome === 'failed') {
    const { code, message, result } = end.end
    const shown = result === undefined || !isWithinBound(result) ? {} : { result }
    return { outcome: 'failed', effect, error: { code, message }, ...shown, bill }
  }
  return failed(new PlatenError(exit === 'memory' ? 'worker.memory' : 'worker.crashed'))
}

function isWithinBound(result: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(result) ?? '') <= limits.job.resultBytes
}

/** A promise's value if it settles in time. */
function settled<Value>(promise: Promise<Value>, ms: number, clock: Clock): Promise<Value | undefined> {
  return new Promise(resolve => {
    const takeBack = clock.after(ms, () => resolve(undefined))
    void promise.then(value => {
      takeBack()
      resolve(value)
    })
  })
}
