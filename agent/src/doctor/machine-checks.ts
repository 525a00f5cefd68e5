import { existsSync, readFileSync, statSync } from 'node:fs'
import type { DocumentPolicy } from '@platen/protocol'
import { good, type Finding } from './finding.ts'

/** A user and group of this machine. */
export interface Ids {
  readonly uid: number
  readonly gid: number
}

/** Whether the state folder outlives the container: identity and journal are lost with a layer that is thrown away. */
export function checkState({ agent }: DocumentPolicy, mountInfo: string | undefined = readMountInfo()): Finding {
  const check = 'state folder'
  if (mountInfo === undefined) return { check, state: 'unknown', detail: 'This system does not tell how folders are mounted.' }
  const kind = fileSystemOf(agent.state, mountInfo)
  if (kind === 'overlay' || kind === 'tmpfs' || kind === 'ramfs') {
    return {
      check,
      state: 'failed',
      detail: `${agent.state} is on ${kind}, so identity and journal go with the container.`,
      fix: `Mount a volume at ${agent.state}.`,
    }
  }
  return good(check, `${agent.state} is on ${kind}.`)
}

/** The kind of file system that holds a path, by /proc/self/mountinfo: the longest mount point that leads to it. */
export function fileSystemOf(path: string, mountInfo: string): string {
  const mounts = mountInfo
    .split('\n')
    .map(line => line.split(' '))
    .map(fields => ({ point: fields[4] ?? '', kind: fields[fields.indexOf('-') + 1] ?? '' }))
  const holding = mounts.filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`))
  return holding.toSorted((one, other) => other.point.length - one.point.length)[0]?.kind ?? 'an unknown file system'
}

function readMountInfo(): string | undefined {
  return existsSync('/proc/self/mountinfo') ? readFileSync('/proc/self/mountinfo', 'utf8') : undefined
}

/** Whether agent, site and nginx are users apart, which keeps what one of them loses from the others. */
export function checkUsers(policy: DocumentPolicy, find: (name: string) => Ids | undefined, isRoot: boolean): Finding {
  const check = 'separate users'
  const users = [policy.agent.user, policy.site.user, ...(policy.nginx ? [policy.nginx.user] : [])]
  const missing = users.filter(user => find(user) === undefined)
  if (missing.length > 0) {
    return { check, state: 'failed', detail: `No such user: ${missing.join(', ')}.`, fix: 'Create it, or correct the policy file.' }
  }
  if (users.some(user => find(user)?.uid === 0)) {
    return { check, state: 'weak', detail: 'A part runs as root, so what it loses is everything.', fix: 'Name users without rights.' }
  }
  if (policy.agent.user === policy.site.user) {
    return {
      check,
      state: 'weak',
      detail: 'Agent and site are one user: the site’s PHP can read the agent’s key and journal and act as it.',
      fix: 'Give the agent a user of its own.',
    }
  }
  if (!isRoot) return { check, state: 'unknown', detail: 'Only root can run each part as its user.', fix: 'Run it as root.' }
  return good(check, users.join(', '))
}

/** Whether the programs that take rights from children are there. */
export function checkPrograms(exists: (path: string) => boolean = existsSync): Finding {
  const check = 'priority and rights'
  const missing = ['/usr/bin/setpriv', '/usr/bin/nice', '/usr/bin/ionice'].filter(path => !exists(path))
  if (missing.length === 0) return good(check, 'Workers have no rights but their user’s, and go last in line for CPU and disk.')
  return {
    check,
    // Rights are never kept: the launcher refuses to start then.
    state: missing.some(path => path.endsWith('setpriv')) ? 'failed' : 'weak',
    detail: `Not installed: ${missing.join(', ')}: workers would keep rights or priority that they should not have.`,
    fix: 'Install util-linux and coreutils.',
  }
}

/** Whether the policy file is root’s alone to write, and no stranger's to read, for it holds secrets. */
export function checkPolicyFile(path: string, open: string | undefined): Finding {
  const check = 'policy file'
  if (open !== undefined) return { check, state: 'failed', detail: `${path}: ${open}.`, fix: `chown root ${path} and chmod 640 ${path}.` }
  if ((statSync(path).mode & 0o004) !== 0) {
    return { check, state: 'weak', detail: `${path} can be read by anyone, and holds secrets.`, fix: `chmod o-r ${path}.` }
  }
  return good(check, path)
}
