import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const commandMs = 30_000

/** Makes the system user that the agent runs as, where it is not there yet. */
export async function ensureUser(user: string): Promise<void> {
  try {
    await run('getent', ['passwd', user], { timeout: commandMs })
  } catch (error) {
    // getent's 2 is “no such entry” (man 1 getent).
    if ((error as { code?: unknown }).code !== 2) throw error
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', user], { timeout: commandMs })
  }
}

/** Lets the user connect to sockets of a group. */
export async function joinGroup(user: string, group: string): Promise<void> {
  await run('usermod', ['--append', '--groups', group, user], { timeout: commandMs })
}
