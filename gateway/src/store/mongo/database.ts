import { MongoClient, MongoError, MongoServerError, type ClientSession, type Collection, type Db } from 'mongodb'
import { PlatenError } from '@platen/protocol'
import { LeftSessions } from './left-sessions.ts'
import { prepareSchema } from './schema.ts'
import { Transactions } from './transactions.ts'

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
  /**
   * All of it or nothing; `work` is called again where another transaction was in the way. Those that name the same place go one
   * after another. @throws PlatenError store.unavailable, and what `work` throws
   */
  transaction<T>(places: readonly string[], work: (within: Within) => Promise<T>): Promise<T>
  /** Counts on from 0 and gives the last number counted. */
  count(name: string, by: number, within: Within): Promise<number>
  close(): Promise<void>
}

/** Without a server for so long, a call fails instead of waiting. */
const selectMs = 5_000
/** A server that does not answer for so long is as good as none. */
const socketMs = 10_000
/** Of one gateway. Transactions are fewer, so that none waits for a connection amid its work. */
const mostConnections = 64
const mostTransactions = 48
const outOfDisk = 14_031

/**
 * Connects and makes sure that collections and indexes are there; the URL names the database.
 * @throws PlatenError store.unavailable, also of a database of a newer gateway; input.invalid
 */
export async function openMongo(url: string, random: () => number): Promise<MongoDatabase> {
  const client = clientOf(url)
  const database = client.db()
  const sessions = new LeftSessions(client)
  try {
    await prepareSchema(database)
    await sessions.end()
  } catch (error) {
    await client.close()
    throw tableError(error)
  }
  const transactions = new Transactions(client, sessions, random, mostTransactions)
  return {
    rows: name => database.collection<Row>(name),
    guarded,
    transaction: (places, work) => guarded(() => transactions.run(places, work)),
    count: (name, by, within) => count(database, name, by, within),
    close: () => client.close(),
  }
}

/** A client of a database, not connected yet. Durability and deadlines are up to the store, not to the URL. @throws PlatenError input.invalid */
export function clientOf(url: string): MongoClient {
  const unusable = { field: 'store' }
  // Without a name the driver would take the database `test`.
  if (!/^mongodb(\+srv)?:\/\/[^/]+\/[^/?]+/.test(url))
    throw new PlatenError('input.invalid', 'The URL of the store has to begin with mongodb:// and to name a database.', unusable)
  try {
    return new MongoClient(url, {
      appName: 'platen-gateway',
      serverSelectionTimeoutMS: selectMs,
      connectTimeoutMS: selectMs,
      socketTimeoutMS: socketMs,
      waitQueueTimeoutMS: socketMs,
      maxPoolSize: mostConnections,
      // Member by member, since a `readConcern` or `writeConcern` here would yield to what the URL says.
      readPreference: 'primary',
      readConcernLevel: 'majority',
      w: 'majority',
      journal: true,
      retryWrites: true,
      ignoreUndefined: true,
    })
  } catch (error) {
    // The driver's words may hold the password.
    throw new PlatenError('input.invalid', 'The URL of the store cannot be used.', { cause: error, ...unusable })
  }
}

async function count(database: Db, name: string, by: number, within: Within): Promise<number> {
  const counters = database.collection<{ _id: string; value: number }>('counters')
  const options = { ...within, upsert: true, returnDocument: 'after' } as const
  return (await counters.findOneAndUpdate({ _id: name }, { $inc: { value: by } }, options))?.value ?? 0
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
