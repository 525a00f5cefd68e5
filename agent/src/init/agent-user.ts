import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const commandMs = 30_000
/** Marks the user as of our making, in the passwd file's field for comments. */
const comment = 'Platen agent'

/** The system user that agents run as. */
export const agentUser = 'platen'

/** Makes the agent's user where it is not there yet. */
export async function ensureAgentUser(): Promise<void> {
  if ((await entry()) !== undefined) return
  await command('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    '--comment',
    comment,
    agentUser,
  ])
}

/** Number of the agent's own group. */
export async function agentGroup(): Promise<number> {
  return Number((await entry())?.split(':')[3])
}

/** Lets the agent connect to sockets of a group. */
export async function joinGroup(group: string): Promise<void> {
  await command('usermod', ['--append', '--groups', group, agentUser])
}

/** Takes the agent out of a group. */
export async function leaveGroup(group: string): Promise<void> {
  if (await isMember(group)) await command('gpasswd', ['--delete', agentUser, group])
}

/** Removes the agent's user, where `init` made it. */
export async function removeAgentUser(): Promise<void> {
  if ((await entry())?.split(':')[4] === comment) await command('userdel', [agentUser])
}

/** Whether this user may read a file, folders above it included. */
export async function agentMayRead(file: string): Promise<boolean> {
  try {
    await command('/usr/bin/setpriv', ['--reuid', agentUser, '--regid', agentUser, '--init-groups', '--', '/usr/bin/test', '-r', file])
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return false
    throw error
  }
}

async function isMember(group: string): Promise<boolean> {
  const { stdout } = await run('getent', ['group', group], { timeout: commandMs })
  return stdout.trim().split(':')[3]?.split(',').includes(agentUser) === true
}

async function entry(): Promise<string | undefined> {
  try {
    return (await run('getent', ['passwd', agentUser], { timeout: commandMs })).stdout.trim()
  } catch (error) {
    // getent's 2 is “no such entry” (man 1 getent).
    if ((error as { code?: unknown }).code === 2) return undefined
    throw error
  }
}

async function command(program: string, args: readonly string[]): Promise<void> {
  await run(program, args, { timeout: commandMs })
}
