/** The thread that writes: takes all that waits, runs it in one transaction, and answers when that is on disk. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { toPlatenError } from '@platen/protocol'
import { openDatabase } from './database.ts'
import { sqliteRoles } from './roles.ts'
import type { Write, WriterData, Written } from './write.ts'

/** Writes of one commit, at most: those that wait for the next one are not kept waiting for long. */
const mostAtOnce = 1_000

const { file, kinds } = workerData as WriterData
const port = parentPort as MessagePort
const database = openDatabase(file)
let random = 0
const roles = sqliteRoles(database, { kinds, random: () => random })

/** One write inside the open transaction, which it leaves as it was where it fails. */
async function run(write: Write): Promise<Written> {
  const role = roles[write.role] as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>
  random = write.random
  database.exec('SAVEPOINT one_write')
  try {
    const value = await role[write.method]?.(...write.args)
    database.exec('RELEASE one_write')
    return { id: write.id, ok: true, value }
  } catch (error) {
    if (!database.isInTransaction()) throw error
    database.exec('ROLLBACK TO one_write')
    database.exec('RELEASE one_write')
    return failed(write, error)
  }
}

/** Runs some writes in one transaction. Where that can't be committed, none of them has happened. */
async function commit(some: readonly Write[]): Promise<readonly Written[]> {
  const answers: Written[] = []
  let late: readonly Write[] = []
  try {
    database.exec('BEGIN IMMEDIATE')
    for (const write of some) answers.push(await run(write))
    // A job's claim comes right behind it: what arrived meanwhile need not wait for a commit of its own.
    late = take(mostAtOnce - some.length)
    for (const write of late) answers.push(await run(write))
    database.exec('COMMIT')
    return answers
  } catch (error) {
    if (database.isInTransaction()) database.exec('ROLLBACK')
    return [...some, ...late].map(write => failed(write, error))
  }
}

function failed({ id }: Write, error: unknown): Written {
  const { code, message, field } = toPlatenError(error)
  return { id, ok: false, code, message, ...(field === undefined ? {} : { field }) }
}

const waiting: Write[] = []
let working: Promise<void> | undefined

/** All that has arrived, in its order, but no more than so many. */
function take(most: number): readonly Write[] {
  while (waiting.length < most) {
    const arrived = receiveMessageOnPort(port) as { message: readonly Write[] } | undefined
    if (!arrived) break
    waiting.push(...arrived.message)
  }
  return waiting.splice(0, most)
}

async function work(): Promise<void> {
  for (let some = take(mostAtOnce); some.length > 0; some = take(mostAtOnce)) port.postMessage(await commit(some))
}

port.on('message', (writes: readonly Write[]) => {
  waiting.push(...writes)
  // Those that come while it works are taken at the next commit.
  working ??= work().finally(() => {
    working = undefined
  })
})
