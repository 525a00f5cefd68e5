import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { findBinary, requireBinary } from '../engines/binaries.ts'
import { runCommand } from '../process/run-command.ts'

/** A user of this system. */
export interface SystemUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** Whether lab may create users and run things as others. */
export const isRoot: boolean = process.getuid?.() === 0

/**
 * The user of this name, created as a system user without home and shell if need be. Without root everything runs as the present user,
 * who is then returned: the separation of users is lost, nothing else.
 */
export async function systemUser(name: string): Promise<SystemUser> {
  if (!isRoot) return { name: userInfo().username, uid: userInfo().uid, gid: userInfo().gid }
  const known = await lookUp(name)
  if (known) return known
  const args = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin', name]
  await runCommand(requireBinary('useradd'), args, { timeoutMs: 10_000 })
  return (await lookUp(name)) ?? userInfoOf(name)
}

/** Gives a file tree to a user; does nothing without root. */
export async function giveTo(user: SystemUser, ...paths: readonly string[]): Promise<void> {
  if (isRoot) await runCommand(findBinary('chown') ?? 'chown', ['-R', `${user.uid}:${user.gid}`, ...paths], { timeoutMs: 60_000 })
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map(line => line.split(':'))
  const fields = lines.find(([first]) => first === name)
  return fields && { name, uid: Number(fields[2]), gid: Number(fields[3]) }
}

function userInfoOf(name: string): never {
  throw new Error(`user ${name} was created and is not in /etc/passwd`)
}
