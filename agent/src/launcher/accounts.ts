import { readFileSync } from 'node:fs'
import { PlatenError } from '@platen/protocol'

/** A user of this machine. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/** The user of this name in the machine's list, or undefined. */
export function findAccount(name: string, file = '/etc/passwd'): Account | undefined {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [found, , uid, gid, , home = '/'] = line.split(':')
    if (found === name) return { name, uid: Number(uid), gid: Number(gid), home }
  }
  return undefined
}

/** The user of this name. @throws PlatenError policy.invalid where there is none */
export function requireAccount(name: string): Account {
  const account = findAccount(name)
  if (!account) throw new PlatenError('policy.invalid', `There is no user ${name} on this machine.`)
  return account
}
