import { hostname } from 'node:os'
import { MongoServerError, type ClientSession, type Collection, type MongoClient } from 'mongodb'

type SessionId = NonNullable<ClientSession['id']>

interface Note {
  /** The session's id in hex. */
  readonly _id: string
  readonly host: string
  readonly session: SessionId
  readonly at: Date
}

/** The name of the collection; its notes go by themselves, long after a server has forgotten the session. */
export const leftSessions: string = 'leftSessions'
export const noteSeconds: number = 24 * 3_600
const noteAgainMs = 12 * 3_600_000
/** Sessions that one command ends. */
const mostAtOnce = 500

/**
 * The sessions in which a gateway works. One that is killed leaves its open transactions to the server, which keeps what they had
 * changed from everyone for a minute and more. So each session is noted before its first transaction, and the next gateway that
 * starts on the same machine has those that it finds there ended. Where another one lives beside it, what that was at starts over.
 */
export class LeftSessions {
  readonly #client: MongoClient
  readonly #notes: Collection<Note>
  readonly #notedAt = new Map<string, number>()

  constructor(client: MongoClient) {
    this.#client = client
    this.#notes = client.db().collection<Note>(leftSessions)
  }

  /** Has what gateways before left on this machine ended. */
  async end(): Promise<void> {
    for (;;) {
      const left = await this.#notes.find({ host: hostname() }).limit(mostAtOnce).toArray()
      if (left.length === 0) return
      try {
        await this.#client.db('admin').command({ killSessions: left.map(({ session }) => session) })
      } catch (error) {
        // A server that does not let itself be told so ends them in its own time.
        if (!(error instanceof MongoServerError)) throw error
      }
      await this.#notes.deleteMany({ _id: { $in: left.map(({ _id }) => _id) } })
    }
  }

  /** Has to be called before a transaction begins. */
  async note({ id: session }: ClientSession): Promise<void> {
    if (!session) return
    const id = Buffer.from(session.id.buffer).toString('hex')
    const [now, before] = [performance.now(), this.#notedAt.get(id)]
    if (before !== undefined && now - before < noteAgainMs) return
    this.#notedAt.set(id, now)
    await this.#notes.replaceOne({ _id: id }, { host: hostname(), session, at: new Date() }, { upsert: true })
  }
}
