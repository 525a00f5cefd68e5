import { existsSync } from 'node:fs'
import { PlatenError } from '@platen/protocol'
import type { Wrappers } from './child-command.ts'

const paths = { setpriv: '/usr/bin/setpriv', nice: '/usr/bin/nice', ionice: '/usr/bin/ionice' }

/**
 * The programs that take rights and priority from children, as far as they are there. A launcher with root needs the first: without
 * it a child would stay what the launcher is.
 * @throws PlatenError privilege.missing
 */
export function findWrappers(isRoot: boolean, exists: (path: string) => boolean = existsSync): Wrappers {
  const found: Wrappers = Object.fromEntries(Object.entries(paths).filter(([, path]) => exists(path)))
  if (isRoot && !found.setpriv)
    throw new PlatenError('privilege.missing', `${paths.setpriv} (util-linux) is not there: without it the agent would run as root.`)
  return found
}
