import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ClientSession, Collection, MongoClient, MongoError } from 'mongodb'
import { RecentKeys } from './recent-keys.ts'

type SessionId = NonNullable<ClientSession['id']>

interface Note {
  /** The session's id in hex. */
  readonly _id: string
  readonly host: string
  readonly process: ProcessMark
  readonly session: SessionId
  readonly at: Date
}

/** A process of a machine, told apart from a later one with its id by when it began. */
interface ProcessMark {
  readonly pid: number
  readonly began: string
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
 * starts on the same machine has those of processes ended that are gone.
 */
export class LeftSessions {
  readonly #client: MongoClient
  readonly #notes: Collection<Note>
  /** A driver makes sessions anew all the time, and forgets those that were idle for long. */
  readonly #noted = new RecentKeys(noteAgainMs)

  constructor(client: MongoClient) {
    this.#client = client
    this.#notes = client.db().collection<Note>(leftSessions)
  }

  /** Has what gateways before left on this machine ended. */
  async end(): Promise<void> {
    const noted = await this.#notes.find({ host: hostname() }).toArray()
    const left = noted.filter(note => !lives(note.process))
    for (let at = 0; at < left.length; at += mostAtOnce) {
      const some = left.slice(at, at + mostAtOnce)
      try {
        await this.#client.db('admin').command({ killSessions: some.map(({ session }) => session) })
      } catch (error) {
        // A server that does not let itself be told so ends them in its own time.
        if (typeof (error as MongoError).code !== 'number') throw error
      }
      await this.#notes.deleteMany({ _id: { $in: some.map(({ _id }) => _id) } })
    }
  }

  /** Has to be called before a transaction begins. */
  async note({ id: session }: ClientSession): Promise<void> {
    if (!session) return
    const id = Buffer.from(session.id.buffer).toString('hex')
    const now = performance.now()
    if (this.#noted.has(id, now)) return
    const mine = { pid: process.pid, began: beginning(process.pid) ?? '' }
    await this.#notes.replaceOne({ _id: id }, { host: hostname(), process: mine, session, at: new Date() }, { upsert: true })
    this.#noted.add(id, now)
  }
}

function lives({ pid, began }: ProcessMark): boolean {
  return beginning(pid) === began
}

/** When a process began, in ticks since its machine did (proc_pid_stat(5), the 22nd field); undefined where there is none. */
function beginning(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is a name in brackets, with whatever in it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
