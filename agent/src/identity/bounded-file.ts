import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/**
 * The text of a file that somebody else may have put there: no link, no pipe that nobody writes to, and at most `mostBytes` long.
 * @throws Error of the system's; one with words where it is no such file
 */
export function boundedText(path: string, mostBytes: number): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(file)
    if (!stats.isFile() || stats.size > mostBytes) throw new Error('it is no file of a sensible size')
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}
