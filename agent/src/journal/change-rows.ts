import type { SpoolChange } from '@platen/protocol'
import type { Statements } from './lazy-statements.ts'

/** A change as it waits for a job. */
export interface WaitingChange extends SpoolChange {
  /** When the first of it had happened, where it stands for several. */
  readonly sinceUs?: number
  /** Pages that were begun before a change and stored after its purge. */
  readonly again?: readonly string[]
}

/** Changes that wait, and those that jobs have taken and not brought to their end. */
export interface ChangeRows {
  put(change: WaitingChange): void
  /** Whether any waits that has not failed. */
  any(): boolean
  /**
   * Gives a job the oldest that wait and have not failed, up to so many characters of JSON but one at least; all, and those that
   * have failed, where one of them is of everything.
   */
  take(jobId: string, most: number): readonly WaitingChange[]
  /** Lets go of what the job took, or keeps it as failed: jobs are given what is newer, until it is released. */
  settle(jobId: string, succeeded: boolean): void
  release(): void
  /** Makes one change of everything of those that wait, where they are more than may be kept. */
  bound(): void
}

const mostRows = 5_000
const mostCharacters = 8_388_608
/** Pages nobody may see any more whose names are kept when changes become one of everything; that removes others as well. */
const mostHidden = 100
/** Likewise of what posts are called that were closed. */
const mostClosed = 1_000

/** Those in one database. What a job of an earlier process had taken waits again. */
export function changeRows(statement: Statements): ChangeRows {
  statement('UPDATE changes SET job = NULL WHERE job IS NOT NULL').run()
  // What has failed keeps its rows, so no newer one is given a number up to this.
  let failedId = 0
  const total = (): { readonly count: number; readonly size: number } => {
    const sums = 'SELECT count(*) AS count, total(size) AS size FROM changes WHERE job IS NULL'
    return statement(sums).get() as unknown as ReturnType<typeof total>
  }
  const isEverything = (): boolean =>
    statement('SELECT 1 FROM changes WHERE job IS NULL AND id > ? AND everything = 1 LIMIT 1').get(failedId) !== undefined
  /** The oldest that wait and have not failed, up to so many characters, and the number of the last. */
  const oldest = (most: number): { readonly changes: readonly WaitingChange[]; readonly lastId: number } => {
    const changes: WaitingChange[] = []
    let [left, lastId] = [most, 0]
    const waiting = statement('SELECT id, size, body FROM changes WHERE job IS NULL AND id > ? ORDER BY id')
    for (const { id, size, body } of waiting.iterate(failedId)) {
      left -= size as number
      if (left < 0 && changes.length > 0) break
      changes.push(JSON.parse(body as string) as WaitingChange)
      lastId = id as number
    }
    return { changes, lastId }
  }
  const put = (change: WaitingChange): void => {
    const body = JSON.stringify(change)
    statement('INSERT INTO changes (everything, size, body) VALUES (?, ?, ?)').run(change.everything ? 1 : 0, body.length, body)
  }
  return {
    put,
    any: () => statement('SELECT 1 FROM changes WHERE job IS NULL AND id > ? LIMIT 1').get(failedId) !== undefined,
    take: (jobId, most) => {
      const all = isEverything()
      if (all) failedId = 0
      const { changes, lastId } = oldest(all ? Infinity : most)
      statement('UPDATE changes SET job = ? WHERE job IS NULL AND id > ? AND id <= ?').run(jobId, failedId, lastId)
      return changes
    },
    settle: (jobId, succeeded) => {
      if (succeeded) return void statement('DELETE FROM changes WHERE job = ?').run(jobId)
      const last = statement('SELECT max(id) AS id FROM changes WHERE job = ?').get(jobId)?.['id'] as number | null
      failedId = Math.max(failedId, last ?? 0)
      statement('UPDATE changes SET job = NULL WHERE job = ?').run(jobId)
    },
    release: () => void (failedId = 0),
    bound: () => {
      const { count, size } = total()
      if (count <= mostRows && size <= mostCharacters) return
      failedId = 0
      const { changes } = oldest(Infinity)
      statement('DELETE FROM changes WHERE job IS NULL').run()
      put(asEverything(changes))
    },
  }
}

function asEverything(changes: readonly WaitingChange[]): WaitingChange {
  const times = changes.map(change => change.at)
  const hidden = [...new Set(changes.flatMap(change => change.hidden))].slice(0, mostHidden)
  const closed = [...new Set(changes.flatMap(change => change.closed ?? []))].slice(0, mostClosed)
  const sinceUs = Math.min(...times, ...changes.map(change => change.sinceUs ?? Infinity))
  const what = `${changes.length} changes`
  const code = changes.some(change => change.code) ? { code: true as const } : {}
  return { at: Math.max(...times), sinceUs, what, tags: [], hidden, closed, urls: [], trees: [], everything: true, ...code }
}
