import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import type { Account } from './accounts.ts'

/** The folder of the control socket and of the workers' door: any user of the container may pass through it. */
export function runFolder(policy: DocumentPolicy): string {
  return dirname(policy.agent.control)
}

/** Where workers report. */
export function doorPath(policy: DocumentPolicy): string {
  return `${runFolder(policy)}/workers.sock`
}

/**
 * Makes the agent's folders where they are missing, and gives those to the agent's user: its state for itself alone, those
 * of the sockets for passing through.
 * @throws PlatenError file.denied, path.symlink
 */
export function prepareFolders(policy: DocumentPolicy, account: Account | undefined): void {
  for (const folder of new Set([runFolder(policy), dirname(policy.agent.socket)])) prepare(folder, 0o755, account)
  prepare(policy.agent.state, 0o700, account)
  // Where a socket's folder is the state folder itself, others have to be able to pass through to the sockets.
}

/**
 * Makes the spool where it is missing. Both users write there and nobody else: the site's owns it, the agent has its group, and
 * what PHP makes there is the agent's by that. One user for both has it alone.
 * @throws PlatenError file.denied, path.symlink
 */
export function prepareSpool({ agent: { spool } }: DocumentPolicy, agent: Account | undefined, site: Account | undefined): void {
  if (spool === undefined) return
  if (agent && site && agent.uid !== site.uid) prepare(spool, 0o2770, { uid: site.uid, gid: agent.gid })
  else prepare(spool, 0o700, agent)
}

function prepare(folder: string, mode: number, account: Pick<Account, 'uid' | 'gid'> | undefined): void {
  try {
    const made = mkdirSync(folder, { recursive: true })
    const stats = lstatSync(folder)
    if (!stats.isDirectory()) throw new PlatenError('path.symlink', `${folder} has to be a folder.`)
    if (made === undefined && mode === 0o755) return
    // Only what differs is changed: a disk that has become read-only does not keep the agent from saying so.
    if ((stats.mode & 0o2777) !== mode) chmodSync(folder, mode)
    if (account && (stats.uid !== account.uid || stats.gid !== account.gid)) chownSync(folder, account.uid, account.gid)
  } catch (error) {
    if (error instanceof PlatenError) throw error
    throw new PlatenError('file.denied', `${folder}: ${(error as Error).message}.`, { cause: error, field: folder })
  }
}
