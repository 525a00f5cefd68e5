/** The thread that writes: takes all that waits, runs it in one transaction, and answers when that is on disk. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { toPlatenError } from '@platen/protocol'
import type { StoreFailure } from '../../ports/store-failure.ts'
import { failureOf } from '../failure.ts'
import { openDatabase } from './database.ts'
import { sqliteRoles } from './roles.ts'
import type { FromWriter, Write, WriterData, Written } from './write.ts'

/** Writes of one commit, at most: those that wait for the next one are not kept waiting for long. */
const mostAtOnce = 1_000

const { file, kinds, bounds } = workerData as WriterData
const port = parentPort as MessagePort
const database = openDatabase(file)
let random = 0
const roles = sqliteRoles(database, { kinds, random: () => random, report: tell, bounds })

/** One write inside the open transaction, which it leaves as it was where it fails; what its caller is not told of that is reported. */
async function run(write: Write): Promise<Written> {
  const role = roles[write.role] as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>
  random = write.random
  try {
    const value = await database.undoable(async () => role[write.method]?.(...write.args))
    return { id: write.id, ok: true, value }
  } catch (error) {
    // It took the others with it.
    if (!database.isInTransaction()) throw error
    tell(failureOf(`${write.role}.${write.method}`, error))
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
    tell(failureOf('commit', error))
    return [...some, ...late].map(write => failed(write, error))
  }
}

function tell(failure: StoreFailure | undefined): void {
  if (failure) port.postMessage({ failure } satisfies FromWriter)
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
  for (let some = take(mostAtOnce); some.length > 0; some = take(mostAtOnce))
    port.postMessage({ written: await commit(some) } satisfies FromWriter)
}

port.on('message', (writes: readonly Write[]) => {
  waiting.push(...writes)
  // Those that come while it works are taken at the next commit.
  working ??= work().finally(() => {
    working = undefined
  })
})
