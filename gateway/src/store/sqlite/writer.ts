import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { PlatenError, toldError } from '@platen/protocol'
import type { FailureReport } from '../../ports/store-failure.ts'
import { failureOf } from '../failure.ts'
import type { Roles } from './roles.ts'
import type { FromWriter, Write, WriterData, Written } from './write.ts'
import { usualWriterBounds, WriterLoad, type WriterBounds } from './writer-load.ts'

interface Waiting {
  resolve(value: unknown): void
  reject(error: PlatenError): void
}

/** A disk that takes longer than this is as good as none. What was asked for may still happen. */
const deadlineMs = 30_000

/**
 * Hands writes to a thread of their own, in their order: no sync of the disk holds up heartbeats, and what comes during one
 * commit shares the next. A thread that dies is replaced at the next write.
 */
export class Writer {
  readonly #data: WriterData
  readonly #random: () => number
  readonly #report: FailureReport
  /** Those who wait for an answer, by write. */
  readonly #waiting = new Map<number, Waiting>()
  readonly #load: WriterLoad
  #outgoing: Write[] = []
  #thread: Worker | undefined
  #lastId = 0
  #oldest: { readonly id: number; readonly timer: NodeJS.Timeout } | undefined
  #closed = false

  constructor(data: WriterData, random: () => number, report: FailureReport, bounds: WriterBounds = usualWriterBounds) {
    this.#load = new WriterLoad(bounds)
    this.#data = data
    this.#random = random
    this.#report = report
  }

  /** Settles when the write is on disk, or has failed. @throws PlatenError what the method throws, store.unavailable, disk.full */
  write(role: keyof Roles, method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) return Promise.reject(new PlatenError('store.unavailable', 'The store is closed.'))
    if (this.#load.isFull) return Promise.reject(new PlatenError('store.unavailable', 'Too much waits to be written.'))
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#load.add(id, args)
      this.#watch()
      if (this.#outgoing.push({ id, role, method, args, random: this.#random() }) === 1) queueMicrotask(() => this.#post())
    })
  }

  /** Waits for what was asked for, then ends the thread. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#waiting.size > 0) await new Promise(resolve => setImmediate(resolve))
    clearTimeout(this.#oldest?.timer)
    await this.#thread?.terminate()
  }

  #post(): void {
    const writes = this.#outgoing
    this.#outgoing = []
    this.#thread ??= this.#start()
    this.#thread.postMessage(writes)
  }

  #start(): Worker {
    const thread = new Worker(join(import.meta.dirname, `writer-thread${extname(import.meta.filename)}`), { workerData: this.#data })
    thread.on('message', (told: FromWriter) => this.#hear(told))
    thread.on('error', error => this.#lost(thread, error))
    thread.on('exit', () => this.#lost(thread))
    return thread
  }

  #hear(told: FromWriter): void {
    if ('failure' in told) this.#report(told.failure)
    else for (const answer of told.written) this.#settle(answer)
  }

  #settle(answer: Written): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    this.#load.remove(answer.id)
    this.#watch()
    if (answer.ok) waiting?.resolve(answer.value)
    else waiting?.reject(toldError(answer.code, answer.message, answer.field === undefined ? {} : { field: answer.field }))
  }

  #lost(thread: Worker, cause?: unknown): void {
    if (this.#thread !== thread) return
    this.#thread = undefined
    const error = new PlatenError('store.unavailable', 'The thread that writes has ended.', { cause })
    const failure = failureOf('writer', error)
    if (failure) this.#report(failure)
    this.#load.clear()
    this.#failAll(error)
  }

  /** What the thread has of them it may still do. */
  #failAll(error: PlatenError): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#watch()
    for (const waiting of all) waiting.reject(error)
  }

  /** One timer, for the write that waits longest. */
  #watch(): void {
    const id = this.#waiting.keys().next().value
    if (this.#oldest?.id === id) return
    clearTimeout(this.#oldest?.timer)
    this.#oldest = undefined
    if (id === undefined) return
    const timer = setTimeout(() => this.#failAll(new PlatenError('store.unavailable', 'The disk does not answer.')), deadlineMs)
    timer.unref()
    this.#oldest = { id, timer }
  }
}
