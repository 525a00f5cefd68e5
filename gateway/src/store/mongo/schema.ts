import type { Db, IndexDescription } from 'mongodb'
import { PlatenError } from '@platen/protocol'
import { leftSessions, noteSeconds } from './left-sessions.ts'

/** Of collections and documents: whoever changes them raises it, and takes older databases along in `prepareSchema`. */
const version = 1

const only = (field: string): object => ({ partialFilterExpression: { [field]: { $exists: true } } })

/** What each collection is searched by. Making an index that is there already does nothing. */
const indexes: Readonly<Record<string, readonly IndexDescription[]>> = {
  accounts: [],
  counters: [],
  meta: [],
  sites: [{ key: { accountId: 1, url: 1 }, unique: true }, { key: { accountId: 1, _id: -1 } }],
  agents: [
    // One live agent a site: a clone or a recreated container has to take the place of the one before.
    { key: { liveSite: 1 }, unique: true, ...only('liveSite') },
    { key: { accountId: 1, _id: -1 } },
  ],
  enrolmentTokens: [],
  tokens: [{ key: { hash: 1 }, unique: true }, { key: { accountId: 1, _id: -1 } }],
  jobs: [
    { key: { accountId: 1, _id: -1 } },
    { key: { accountId: 1, siteId: 1, _id: -1 } },
    { key: { accountId: 1, state: 1, _id: -1 } },
    { key: { place: 1, state: 1, priority: -1, _id: 1 } },
    { key: { dueAt: 1 }, ...only('dueAt') },
    { key: { finishedAt: 1 }, ...only('finishedAt') },
    { key: { holder: 1, _id: 1 }, ...only('holder') },
    // One heavy job a site at a time, and one queued job a coalescing key, whatever the code above it believes.
    { key: { slot: 1 }, unique: true, ...only('slot') },
    { key: { place: 1, coalesceKey: 1 }, unique: true, ...only('coalesceKey') },
  ],
  [leftSessions]: [{ key: { host: 1 } }, { key: { at: 1 }, expireAfterSeconds: noteSeconds }],
  idempotencyKeys: [{ key: { createdAt: 1 } }],
  events: [{ key: { accountId: 1, siteId: 1, seq: 1 }, unique: true }, { key: { jobId: 1, seq: 1 } }],
  audit: [{ key: { accountId: 1, _id: -1 } }],
}

/**
 * Makes collections and indexes that are not there yet.
 * @throws PlatenError store.unavailable of a newer gateway's database, or where no transaction is to be had
 */
export async function prepareSchema(database: Db): Promise<void> {
  const { setName, msg } = await database.command({ hello: 1 })
  if (setName === undefined && msg !== 'isdbgrid')
    throw new PlatenError('store.unavailable', 'MongoDB has to be a replica set, if only of one server: every change is a transaction.')
  const meta = database.collection<{ _id: string; version: number }>('meta')
  if (((await meta.findOne({ _id: 'schema' }))?.version ?? 0) > version)
    throw new PlatenError('store.unavailable', 'The database was made by a newer gateway.')
  await createIndexes(database)
  await meta.updateOne({ _id: 'schema' }, { $max: { version } }, { upsert: true })
}

/** Ahead of all else, since a transaction may make none. */
async function createIndexes(database: Db): Promise<void> {
  const made = Object.entries(indexes).map(([name, wanted]) =>
    wanted.length === 0 ? database.createCollection(name).catch(ignoreExisting) : database.collection(name).createIndexes([...wanted]),
  )
  await Promise.all(made)
}

const namespaceExists = 48

/** It was made before, or by another gateway that starts at the same time. */
function ignoreExisting(error: unknown): void {
  if ((error as { code?: unknown }).code !== namespaceExists) throw error
}
