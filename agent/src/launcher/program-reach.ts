import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { PlatenError } from '@platen/protocol'
import type { Account } from './accounts.ts'

/**
 * Refuses a program of the agent's own that its user could not read, such as one below root's home: the child would only say
 * that a module is missing.
 * @throws PlatenError file.denied with the first folder or file that stands in the way
 */
export function assertReach(program: string, account: Account): void {
  for (const path of [...ancestors(program), program]) {
    const wanted = path === program ? 0o4 : 0o1
    if (!isAllowed(path, account, wanted))
      throw new PlatenError(
        'file.denied',
        `${account.name} may not pass ${path}, where Platen’s programs are: put them elsewhere, or chmod o+x it.`,
        {
          field: path,
        },
      )
  }
}

/** Folders from the root down. */
function ancestors(path: string): readonly string[] {
  const above = dirname(path)
  return above === path ? [] : [...ancestors(above), above]
}

/** By owner, group or others, whichever is the first to fit. Groups that the user was added to are left aside: those are for sockets. */
function isAllowed(path: string, { uid, gid }: Account, wanted: number): boolean {
  const stats = statSync(path)
  if (uid === 0) return true
  if (stats.uid === uid) return (stats.mode & (wanted << 6)) !== 0
  if (stats.gid === gid) return (stats.mode & (wanted << 3)) !== 0
  return (stats.mode & wanted) !== 0
}
