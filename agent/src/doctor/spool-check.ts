import { statSync, type Stats } from 'node:fs'
import type { DocumentPolicy } from '@platen/protocol'
import { good, type Finding } from './finding.ts'
import type { Ids } from './machine-checks.ts'

const check = 'spool'

/** Whether the site's PHP and the agent can both write to the folder between them, and nobody else. */
export function checkSpool({ agent, site }: DocumentPolicy, find: (name: string) => Ids | undefined): Finding {
  const { spool } = agent
  if (spool === undefined) {
    const detail = 'The policy file names none: what pages are made of is not known, and a change does not purge them by itself.'
    return { check, state: 'weak', detail, fix: 'Run platen-agent init again.' }
  }
  const [one, other] = [find(agent.user), find(site.user)]
  if (!one || !other) return { check, state: 'unknown', detail: 'The users that share it are not both there.' }
  const stats = statSync(spool, { throwIfNoEntry: false })
  if (!stats?.isDirectory()) return { check, state: 'failed', detail: `There is no folder ${spool}.`, fix: 'Restart the agent as root.' }
  const wanted = one.uid === other.uid ? { uid: one.uid, gid: one.gid, mode: 0o700 } : { uid: other.uid, gid: one.gid, mode: 0o2770 }
  if (isSo(stats, wanted)) return good(check, `${spool} is shared by ${site.user} and ${agent.user}.`)
  const mode = wanted.mode.toString(8)
  return {
    check,
    state: 'failed',
    detail: `${spool} is not of owner ${site.user}, of the group of ${agent.user}, and of mode ${mode}.`,
    fix: `Restart the agent as root, or chown ${wanted.uid}:${wanted.gid} ${spool} and chmod ${mode} ${spool}.`,
  }
}

function isSo(stats: Stats, { uid, gid, mode }: Ids & { readonly mode: number }): boolean {
  return stats.uid === uid && stats.gid === gid && (stats.mode & 0o2777) === mode
}
