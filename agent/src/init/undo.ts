import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import { usualPolicyPath, usualStateFolder } from '../domain/usual-paths.ts'
import { agentFolders } from './agent-folders.ts'
import { leaveGroup, removeAgentUser } from './agent-user.ts'
import { groupOf } from './found.ts'
import type { InitParts } from './init.ts'
import { runAsOwner } from './owner-command.ts'
import { pluginFolder } from './plugin-folder.ts'

/**
 * Takes back what `init` did: the plugin with all that it stored, the agent's state, the policy file, and with the last site of
 * this machine the agent's user. Where PHP does not answer nothing is changed, since only WordPress can clean its database.
 *
 * @throws PlatenError privilege.missing, php.*, file.denied
 */
export async function undo(
  policyFile: string,
  policy: DocumentPolicy,
  { phpChannel, progress }: Pick<InitParts, 'phpChannel' | 'progress'>,
): Promise<void> {
  if (process.getuid?.() !== 0) throw new PlatenError('privilege.missing')
  const plugin = pluginFolder(policy.site.root)
  if (plugin.isInstalled()) {
    progress('removing the plugin and what it stored')
    await (await phpChannel(policy)).call('plugin.activate', { active: false, uninstall: true })
    await plugin.remove()
  }
  progress('removing state and policy file')
  const { state, run, spool } = agentFolders(resolve(policyFile))
  await removeSpool(spool)
  for (const path of [state, run, policyFile]) rmSync(path, { recursive: true, force: true })
  removeIfEmpty(dirname(usualPolicyPath))
  if (otherSites()) return
  if ('socket' in policy.php && existsSync(policy.php.socket)) await leaveGroup(await groupOf(policy.php.socket))
  await removeAgentUser()
}

/** What is in it may be anything of the site's: that goes with the site's rights, and the empty folder with root's. */
async function removeSpool(folder: string): Promise<void> {
  if (!existsSync(folder)) return
  await runAsOwner(folder, '/usr/bin/find', [folder, '-mindepth', '1', '-delete'])
  rmdirSync(folder)
}

/** Removes a folder that `init` may have made, unless somebody keeps something in it. */
function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
}

/** Whether another site's agent keeps its state on this machine. */
function otherSites(): boolean {
  const name = basename(usualStateFolder)
  return readdirSync(dirname(usualStateFolder)).some(entry => entry === name || entry.startsWith(`${name}-`))
}
