import { createHash } from 'node:crypto'
import { usualPolicyPath, usualRunFolder, usualSpoolFolder, usualStateFolder } from '../domain/usual-paths.ts'

/** Folders of an agent. */
export interface AgentFolders {
  readonly state: string
  readonly run: string
  readonly spool: string
}

/** Where a site's agent keeps its state, its sockets and its spool, by the policy file that names it: two sites on a machine don't share them. */
export function agentFolders(policyFile: string): AgentFolders {
  if (policyFile === usualPolicyPath) return { state: usualStateFolder, run: usualRunFolder, spool: usualSpoolFolder }
  const name = createHash('sha256').update(policyFile).digest('hex').slice(0, 8)
  return { state: `${usualStateFolder}-${name}`, run: `${usualRunFolder}-${name}`, spool: `${usualSpoolFolder}-${name}` }
}
