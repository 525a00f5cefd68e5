import { setTimeout as delay } from 'node:timers/promises'
import type { ClientSession, MongoClient, MongoError, TransactionOptions } from 'mongodb'
import type { Within } from './database.ts'
import type { LeftSessions } from './left-sessions.ts'
import { Turns } from './turns.ts'

const options: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  readPreference: 'primary',
  writeConcern: { w: 'majority', journal: true },
  maxCommitTimeMS: 5_000,
}
/** What others were in the way of for so long is given up. */
const againForMs = 10_000
const firstPauseMs = 5
const mostPauseMs = 500
/** A place in an index that is still taken when looked at anew is taken for good. */
const mostDuplicates = 4
const duplicateKey = 11_000
const interrupted = 11_601

/**
 * Transactions of one gateway: all of it or nothing. Two that change the same document are one after the other. Those of one
 * place (a site, a pool, an agent) are so by their turn, since each of its events counts its site's counter up and MongoDB
 * lets nobody wait for another one: of sixteen that start at once, fifteen would start over. Where another gateway was in the
 * way, the one that was late starts over, and sees what the first one did.
 */
export class Transactions {
  readonly #client: MongoClient
  readonly #sessions: LeftSessions
  readonly #random: () => number
  readonly #turns: Turns

  /** At most `most` at once. */
  constructor(client: MongoClient, sessions: LeftSessions, random: () => number, most: number) {
    this.#client = client
    this.#sessions = sessions
    this.#random = random
    this.#turns = new Turns(most)
  }

  /** Commits what `work` does, which may be called again. @throws what `work` and the driver throw, PlatenError store.unavailable */
  run<T>(places: readonly string[], work: (within: Within) => Promise<T>): Promise<T> {
    return this.#turns.run(places, () => this.#untilDone(work))
  }

  /** The driver's own `withTransaction` would try for two minutes. */
  async #untilDone<T>(work: (within: Within) => Promise<T>): Promise<T> {
    const until = performance.now() + againForMs
    let duplicates = 0
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#client.withSession(async session => {
          await this.#sessions.note(session)
          return once(session, work, until)
        })
      } catch (error) {
        duplicates += isDuplicate(error) ? 1 : 0
        const again = isDuplicate(error) ? duplicates < mostDuplicates : hasLabel(error, 'TransientTransactionError')
        if (!again || performance.now() >= until) throw error
        await delay(this.#random() * Math.min(mostPauseMs, firstPauseMs * 1.5 ** tries))
      }
    }
  }
}

async function once<T>(session: ClientSession, work: (within: Within) => Promise<T>, until: number): Promise<T> {
  session.startTransaction(options)
  let made: T
  try {
    made = await work({ session })
  } catch (error) {
    // Somebody had the session ended, while nothing of it was committed: it may start over as after a conflict.
    if (hasCode(error, interrupted)) (error as MongoError).addErrorLabel('TransientTransactionError')
    await session.abortTransaction()
    throw error
  }
  await commit(session, until)
  return made
}

/** A commit whose answer was lost is asked for again: that commits nothing twice. */
async function commit(session: ClientSession, until: number): Promise<void> {
  for (;;) {
    try {
      return await session.commitTransaction()
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || performance.now() >= until) throw error
    }
  }
}

/** Another one took the place in a unique index that was free when this one looked. */
function isDuplicate(error: unknown): boolean {
  return hasCode(error, duplicateKey)
}

function hasCode(error: unknown, code: number): boolean {
  return (error as { readonly code?: unknown }).code === code
}

function hasLabel(error: unknown, label: string): boolean {
  const { errorLabels } = error as { readonly errorLabels?: readonly string[] }
  return errorLabels?.includes(label) ?? false
}
