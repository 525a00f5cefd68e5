import { limits, PlatenError, type ReceiptSigned } from '@platen/protocol'
import type { Run, RunEnd } from '../domain/run.ts'
import type { Journal, OutboxItem } from '../ports/journal.ts'
import { cdnRows } from './cdn-rows.ts'
import { guarded as translated, isBroken, openDatabase, salvage, setAside, type Database, type Row } from './database.ts'
import { followUpRows, sealedFollowUps } from './follow-up-rows.ts'
import { lazyStatements } from './lazy-statements.ts'
import { migrations } from './migrations.ts'
import { receiptRows, usualReceiptBounds, type ReceiptBounds } from './receipt-rows.ts'
import { prepareAll } from './statements.ts'

/** How much a journal keeps, and who hears of what goes wrong with it. */
export interface JournalOptions {
  /** Ended runs that are kept whole, at most. */
  readonly keepRuns?: number
  /** Bytes of those runs together; older ones are kept without their results. */
  readonly keepBytes?: number
  /** Longer than a grant lives, so that a grant can't be taken a second time after its run was forgotten. */
  readonly keepMs?: number
  /** Ended runs that are kept at all, once the gateway has heard of them. */
  readonly mostRuns?: number
  /** Runs that may end before it is tidied up: looking at all that is kept takes longer than a save. */
  readonly tidyEvery?: number
  readonly outboxBytes?: number
  readonly keepReceipts?: ReceiptBounds
  /** The file's largest size. */
  readonly mostBytes?: number
  readonly now?: () => number
  /** The file that was there is broken and lies at `aside` now: a fresh one is begun, and all that it knew is lost. */
  readonly lost?: (aside: string) => void
  /** The file broke while it was open: only a fresh start finds out what is left of it. */
  readonly broken?: () => void
}

type Frame = OutboxItem['frame']

/**
 * More than all that has a bound can take: outbox and the runs in it (twice 16 MiB), history (8 MiB), forgettable runs (6 MiB),
 * unfinished ones (3 MiB), receipts (4 MiB), purges at the CDN (3 MiB), and the steps of three jobs at once (72 MiB at the very most).
 */
const mostFileBytes = 134_217_728

/**
 * The journal in one SQLite file, held exclusively: a second process that opens it gets `site.locked`, and the kernel lets
 * go of the lock however the holder dies. A file whose content is broken is moved aside, and a fresh one takes its place.
 *
 * @throws PlatenError site.locked, store.unavailable, disk.full
 */
export function openJournal(file: string, options: JournalOptions = {}): Journal {
  const { keepRuns = 200, keepBytes = 8_388_608, keepMs = 3_600_000, mostRuns = 10_000, tidyEvery = 20 } = options
  const { outboxBytes = limits.outbox.bytes, keepReceipts = usualReceiptBounds, now = Date.now, broken = () => {} } = options
  const database = translated(() => openWhole(file, options, now()))
  const statements = prepareAll(database)
  const lazy = lazyStatements(database)
  const receipts = receiptRows(lazy, keepReceipts)
  const followUps = followUpRows(lazy)
  translated(() => statements.forgetOverSteps.run())
  let endedSince = 0

  const waitingBytes = (): number => statements.outboxBytes.get()?.['bytes'] as number
  const unfinishedCount = (): number => statements.unfinishedCount.get()?.['count'] as number

  /** A run that is taken on will want to report: room for the largest result of each is kept, so no result is ever dropped. */
  const assertRoom = (frames: readonly Frame[]): void => {
    const coming = frames.reduce((sum, frame) => sum + Buffer.byteLength(JSON.stringify(frame)), 0)
    const promised = (unfinishedCount() + 1) * limits.job.resultBytes
    if (waitingBytes() + promised + coming > outboxBytes) throw new PlatenError('outbox.full')
  }

  const saveRun = (run: Run): void => {
    const { jobId, createdAt } = run
    statements.forgetResult.run(jobId)
    if (run.state !== 'ended') return void statements.save.run(jobId, 0, createdAt, null, JSON.stringify(run))
    const { body, result } = parted(run)
    statements.save.run(jobId, 1, createdAt, run.finishedAt, body)
    if (result !== undefined) statements.keepResult.run(jobId, run.finishedAt, result.length, result)
  }

  const save = database.transaction((run: Run, frames: readonly Frame[], signed: readonly ReceiptSigned[]) => {
    const known = statements.find.get(run.jobId)
    if (run.state !== 'ended' && (!known || known['ended'] === 1)) assertRoom(frames)
    saveRun(run)
    for (const frame of frames) {
      const text = JSON.stringify(frame)
      statements.put.run(frame.jobId, aboutOf(frame), Buffer.byteLength(text), text)
    }
    receipts.put(signed)
    if (run.state !== 'ended') return
    cdn.ends(run)
    statements.forgetSteps.run(run.jobId)
    endedSince += 1
    if (endedSince < tidyEvery) return
    endedSince = 0
    statements.forgetResults.run(keepBytes, keepRuns)
    statements.forgetRuns.run(now() - keepMs, keepRuns - 1, mostRuns - 1)
    receipts.tidy(now())
  })

  const append = database.transaction((signed: readonly ReceiptSigned[]) => {
    receipts.put(signed)
    receipts.tidy(now())
  })

  const nonce = database.transaction((value: string, expiresAt: number): boolean => {
    statements.forgetNonces.run(now(), mostNonces)
    return statements.nonce.run(value, expiresAt).changes === 1
  })

  const toRun = (row: Row): Run => {
    const run = JSON.parse(row['body'] as string) as Run
    const result = row['result'] as string | null
    if (run.state === 'ended' && result !== null) return { ...run, end: { ...run.end, result: JSON.parse(result) as unknown } as RunEnd }
    if (run.state !== 'running') return run
    const begun = statements.stepsBegun.all(run.jobId)
    return { ...run, steps: begun.map(step => ({ name: step['name'] as string, kind: step['kind'] as string })) }
  }

  const find = (jobId: string): Run | undefined => {
    const row = statements.find.get(jobId)
    return row && toRun(row)
  }

  const set = (name: string, value: string): void => void statements.set.run(name, value)

  const cdn = cdnRows(lazy, { note: sealedFollowUps(followUps, receipts), set, find, now })

  const guarded = <Value>(call: () => Value): Value => {
    try {
      return translated(call)
    } catch (error) {
      if (isBroken((error as PlatenError).cause)) broken()
      throw error
    }
  }

  const inTransaction = <Value>(call: () => Value): Value => guarded(() => database.transaction(call)())

  return {
    save: (run, frames = [], signed = []) => guarded(() => save(run, frames, signed)),
    find: jobId => guarded(() => find(jobId)),
    unfinished: () => guarded(() => statements.unfinished.all().map(toRun)),
    recent: limit => guarded(() => statements.recent.all(limit).map(toRun)),
    outbox: limit => guarded(() => statements.outbox.all(limit).map(toItem)),
    waiting: () => guarded(() => statements.waiting.get()?.['count'] as number),
    acknowledge: id => guarded(() => void statements.acknowledge.run(id)),
    step: (jobId, name, kind) => guarded(() => void statements.step.run(jobId, name, kind)),
    append: signed => guarded(() => append(signed)),
    lastReceipt: () => guarded(() => receipts.last()),
    receipts: from => guarded(() => receipts.page(from)),
    nonce: (value, expiresAt) => guarded(() => nonce(value, expiresAt)),
    get: name => guarded(() => statements.get.get(name)?.['value'] as string | undefined),
    set: (name, value) => guarded(() => set(name, value)),
    cdn: each(cdn, inTransaction),
    followUps: each(followUps, inTransaction),
    close: () => guarded(() => void database.close()),
  }
}

/**
 * Nonces that are remembered whatever the clock says: more than may come while one is good, so that setting the clock forth
 * and back does not make an old request new.
 */
const mostNonces = 2 * (limits.local.requestsPerSecond * 2 * limits.local.clockSkewSeconds + limits.local.burst)

/** A part of the journal, each of whose calls is made by `by`. */
function each<Part extends object>(part: Part, by: <Value>(call: () => Value) => Value): Part {
  const calls = Object.entries(part).map(([name, call]) => [
    name,
    (...args: unknown[]) => by(() => (call as (...args: unknown[]) => unknown)(...args)),
  ])
  return Object.fromEntries(calls) as Part
}

/** The database that is there, or a fresh one where that is broken. */
function openWhole(file: string, { mostBytes = mostFileBytes, lost = () => {} }: JournalOptions, now: number): Database {
  const shape = { migrations, mostBytes, cacheKib: 256, logPages: 200 }
  try {
    return openDatabase(file, shape)
  } catch (error) {
    if (!isBroken(error)) throw error
  }
  const aside = setAside(file, now)
  const database = openDatabase(file, shape)
  const { set } = prepareAll(database)
  for (const { name, value } of salvage(aside, 'owner.')) set.run(name, value)
  lost(aside)
  return database
}

/** An ended run without its result, and that. What was asked for is of no use any more. */
function parted(run: Run & { state: 'ended' }): { readonly body: string; readonly result: string | undefined } {
  const { child: _child, ...rest } = run
  if (run.end.outcome === 'waiting') return { body: JSON.stringify({ ...rest, input: null }), result: undefined }
  const { result, ...end } = run.end
  return { body: JSON.stringify({ ...rest, input: null, end }), result: JSON.stringify(result) }
}

function toItem(row: Row): OutboxItem {
  return { id: row['id'] as number, frame: JSON.parse(row['frame'] as string) as Frame }
}

function aboutOf(frame: Frame): 'outcome' | 'created' {
  return frame.type === 'job.created' ? 'created' : 'outcome'
}
