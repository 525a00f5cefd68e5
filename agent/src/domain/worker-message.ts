import { isErrorCode, isNestedTooDeeply, limits, type DocumentPolicy, type ErrorCode } from '@platen/protocol'
import { parseChangesAsk, type ChangesAnswer, type ChangesAsk } from './changes-message.ts'
import type { Bill, ChildOutcome, ChildRequest } from './run.ts'

/** A job as the main process hands it to a worker. */
export interface WorkerOrder {
  readonly type: 'order'
  readonly jobId: string
  readonly kind: string
  readonly attempt: number
  readonly input: unknown
  readonly runMs: number
  readonly policy: DocumentPolicy
  readonly child?: ChildOutcome
}

/** The plugin's answer to a worker's call. */
export type WorkerAnswer =
  | { readonly type: 'answer'; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly message: string }

/** What the main process tells a worker: one order, then answers, notes, and perhaps a cancellation. */
export type ToWorker =
  | WorkerOrder
  | WorkerAnswer
  | ChangesAnswer
  /** A step's beginning is journaled: only now may it be done. */
  | { readonly type: 'noted'; readonly id: number }
  | { readonly type: 'cancel'; readonly reason: string }

/** How a worker says that its job ended. */
export type WorkerEnd =
  | { readonly outcome: 'succeeded'; readonly effect: 'none' | 'applied' | 'partial'; readonly result: unknown }
  | { readonly outcome: 'waiting'; readonly effect: 'none' | 'applied' | 'partial'; readonly child: ChildRequest }
  | { readonly outcome: 'failed'; readonly code: ErrorCode; readonly message: string }

/** What a worker tells the main process: its token first, its end last. */
export type FromWorker =
  | ChangesAsk
  | { readonly type: 'here'; readonly token: string }
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly note: string }
  | { readonly type: 'step'; readonly id: number; readonly name: string; readonly kind: string }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly event: string; readonly members: Record<string, unknown> }
  | { readonly type: 'call'; readonly id: number; readonly command: string; readonly args: unknown; readonly deadlineMs: number }
  | { readonly type: 'end'; readonly end: WorkerEnd; readonly bill: Bill }

/**
 * One message of a worker, checked member by member, or undefined where it is none. A worker may have been taken over by
 * a file of the site that it read, so nothing of it is believed: unknown members are dropped, texts are cut, and what it says
 * fits the frames that tell the gateway of it, which would refuse the agent otherwise, again and again.
 */
export function parseFromWorker(line: string): FromWorker | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    // What is wrong with a worker's text is of no use: the session ends.
    return undefined
  }
  if (!isRecord(value) || isNestedTooDeeply(value)) return undefined
  switch (value['type']) {
    case 'here':
      return typeof value['token'] === 'string' ? { type: 'here', token: value['token'] } : undefined
    case 'progress':
      return parseProgress(value)
    case 'step':
      return parseStep(value)
    case 'log':
      return parseLog(value)
    case 'call':
      return parseCall(value)
    case 'end':
      return parseEnd(value)
    case 'changes.take':
    case 'changes.needs_kept':
    case 'changes.kept':
      return parseChangesAsk(value)
    default:
      return undefined
  }
}

function parseProgress({ done, total, note }: Record<string, unknown>): FromWorker | undefined {
  return isCount(done) && isCount(total) && typeof note === 'string'
    ? { type: 'progress', done, total, note: note.slice(0, 500) }
    : undefined
}

function parseStep({ id, name, kind }: Record<string, unknown>): FromWorker | undefined {
  if (!isCount(id) || typeof name !== 'string' || typeof kind !== 'string') return undefined
  return { type: 'step', id, name: name.slice(0, 200), kind: kind.slice(0, 40) }
}

function parseLog({ level, event, members }: Record<string, unknown>): FromWorker | undefined {
  if ((level !== 'info' && level !== 'warn' && level !== 'error') || typeof event !== 'string' || !isRecord(members)) return undefined
  return { type: 'log', level, event: event.slice(0, 100), members }
}

function parseCall({ id, command, args, deadlineMs }: Record<string, unknown>): FromWorker | undefined {
  return isCount(id) && typeof command === 'string' && isCount(deadlineMs) ? { type: 'call', id, command, args, deadlineMs } : undefined
}

function parseEnd(value: Record<string, unknown>): FromWorker | undefined {
  const bill = parseBill(value['bill'])
  const end = value['end']
  if (!bill || !isRecord(end)) return undefined
  if (end['outcome'] === 'succeeded') {
    const { effect, result } = end
    return isKnownEffect(effect) ? { type: 'end', end: { outcome: 'succeeded', effect, result }, bill } : undefined
  }
  if (end['outcome'] === 'waiting') {
    const { effect } = end
    const child = parseChild(end['child'])
    return child && isKnownEffect(effect) ? { type: 'end', end: { outcome: 'waiting', effect, child }, bill } : undefined
  }
  const { outcome, code, message } = end
  if (outcome !== 'failed' || !isErrorCode(code) || typeof message !== 'string') return undefined
  return { type: 'end', end: { outcome, code, message: message.slice(0, 500) }, bill }
}

/** As frames have them. */
const kindName = /^(?=.{1,40}$)[a-z]+\.[a-z]+$/
const poolName = /^[a-z][a-z0-9-]{0,39}$/

function parseChild(value: unknown): ChildRequest | undefined {
  if (!isRecord(value)) return undefined
  const { kind, input, pool } = value
  if (!isText(kind, kindName) || input === undefined || JSON.stringify(input).length > limits.job.inputBytes) return undefined
  if (pool === undefined) return { kind, input }
  return isText(pool, poolName) ? { kind, input, pool } : undefined
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

function isKnownEffect(value: unknown): value is 'none' | 'applied' | 'partial' {
  return value === 'none' || value === 'applied' || value === 'partial'
}

function parseBill(value: unknown): Bill | undefined {
  if (!isRecord(value)) return undefined
  const { cpuMs, peakRssBytes, wallMs, readBytes, writtenBytes, savedBytes } = value
  if (!isCount(cpuMs) || !isCount(peakRssBytes) || !isCount(wallMs)) return undefined
  if (!isCount(readBytes) || !isCount(writtenBytes) || !isCount(savedBytes)) return undefined
  return { cpuMs, peakRssBytes, wallMs, readBytes, writtenBytes, savedBytes }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
