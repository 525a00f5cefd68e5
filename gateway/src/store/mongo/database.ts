import { setTimeout as delay } from 'node:timers/promises'
import { MongoClient, MongoError, MongoServerError, type ClientSession, type Collection, type Db } from 'mongodb'
import { PlatenError } from '@platen/protocol'
import { createIndexes } from './indexes.ts'

/** A document of any collection: its id, and what is searched by beside it. */
export interface Row {
  readonly _id: string
  readonly [name: string]: unknown
}

/** The transaction that a call is part of; without one it stands for itself. */
export interface Within {
  readonly session?: ClientSession
}

/** MongoDB as the roles use it. Every read is of what a majority has, every write is journaled by a majority when it returns. */
export interface MongoDatabase {
  rows(name: string): Collection<Row>
  /** Calls MongoDB with its failures as errors of the table. */
  guarded<T>(work: () => Promise<T>): Promise<T>
  /** All of it or nothing; done again where another transaction was in the way. @throws PlatenError store.unavailable, and what `work` throws */
  transaction<T>(work: (within: Within) => Promise<T>): Promise<T>
  /** Counts one up from 0. */
  count(name: string, within: Within): Promise<number>
  close(): Promise<void>
}

/** Without a server for so long, a call fails instead of waiting. */
const selectMs = 5_000
const socketMs = 20_000
/** A transaction that others were in the way of for so long is given up. */
const againForMs = 15_000
const mostPauseMs = 50
/** A place in an index that is still taken when looked at anew is taken for good. */
const mostDuplicates = 4
const duplicateKey = 11_000
const outOfDisk = 14_031

/** Connects and makes sure that the indexes are there; the URL names the database. @throws PlatenError store.unavailable, input.invalid */
export async function openMongo(url: string, random: () => number): Promise<MongoDatabase> {
  const client = clientOf(url)
  const database = client.db()
  try {
    await createIndexes(database)
  } catch (error) {
    await client.close()
    throw tableError(error)
  }
  return {
    rows: name => database.collection<Row>(name),
    guarded,
    transaction: work => transaction(client, random, work),
    count: (name, within) => count(database, name, within),
    close: () => client.close(),
  }
}

function clientOf(url: string): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'platen-gateway',
      serverSelectionTimeoutMS: selectMs,
      connectTimeoutMS: selectMs,
      socketTimeoutMS: socketMs,
      readConcern: { level: 'majority' },
      writeConcern: { w: 'majority', journal: true },
      ignoreUndefined: true,
    })
  } catch (error) {
    // The driver's words may hold the password.
    throw new PlatenError('input.invalid', 'The URL of the store cannot be used.', { cause: error, field: 'store' })
  }
}

/** Two that change the same are one after the other: whoever was late starts over, and sees what the first one did. */
async function transaction<T>(client: MongoClient, random: () => number, work: (within: Within) => Promise<T>): Promise<T> {
  const until = performance.now() + againForMs
  let duplicates = 0
  for (let tries = 1; ; tries += 1) {
    try {
      return await client.withSession(session =>
        session.withTransaction(() => work({ session }), { readConcern: { level: 'snapshot' }, maxCommitTimeMS: socketMs }),
      )
    } catch (error) {
      duplicates += isDuplicate(error) ? 1 : 0
      const again = duplicates < mostDuplicates && performance.now() < until && (isDuplicate(error) || isInTheWay(error))
      if (!again) throw tableError(error)
      await delay(random() * Math.min(mostPauseMs, tries * 5))
    }
  }
}

async function count(database: Db, name: string, within: Within): Promise<number> {
  const counters = database.collection<{ _id: string; value: number }>('counters')
  const options = { ...within, upsert: true, returnDocument: 'after' } as const
  return (await counters.findOneAndUpdate({ _id: name }, { $inc: { value: 1 } }, options))?.value ?? 0
}

/** Another one wrote the same document meanwhile. */
function isInTheWay(error: unknown): boolean {
  return error instanceof MongoError && error.hasErrorLabel('TransientTransactionError')
}

/** Another one took the place in a unique index that was free when this one looked. */
function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw tableError(error)
  }
}

/** The driver's own failures as errors of the table; what the roles throw themselves passes. */
function tableError(error: unknown): unknown {
  if (!(error instanceof MongoError)) return error
  const isFull = error instanceof MongoServerError && error.code === outOfDisk
  return new PlatenError(isFull ? 'disk.full' : 'store.unavailable', undefined, { cause: error })
}
