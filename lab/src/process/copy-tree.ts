import { mkdir } from 'node:fs/promises'
import { runCommand } from './run-command.ts'

const copyMs = 120_000

/** Copies what is in folder `from` into folder `to`, links as links. The `cp` program does a WordPress in a third of the time of Node's own. */
export async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await runCommand('cp', ['-Rp', `${from}/.`, to], { timeoutMs: copyMs })
}
