import { existsSync, readdirSync } from 'node:fs'
import { LabError } from '../lab-error.ts'

const folders = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/sbin', '/bin']

/** The first of these programs that is installed, as an absolute path. A name ending in `*` stands for any version, the highest first. */
export function findBinary(...names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = name.endsWith('*') ? findVersioned(name.slice(0, -1)) : findPlain(name)
    if (found) return found
  }
  return undefined
}

/** Like `findBinary`, but throws `lab.engine_missing`. */
export function requireBinary(...names: readonly string[]): string {
  const found = findBinary(...names)
  if (found) return found
  throw new LabError('lab.engine_missing', `${names[0]} is not installed`, 'Run `npx pnpm engines` as root on Debian or Ubuntu.')
}

/** PHP-FPM, whose program carries the version in its name: php-fpm8.2. */
export function findPhpFpm(): string | undefined {
  return findBinary('php-fpm8*', 'php-fpm')
}

function findPlain(name: string): string | undefined {
  return folders.map(folder => `${folder}/${name}`).find(path => existsSync(path))
}

function findVersioned(prefix: string): string | undefined {
  for (const folder of folders.filter(folder => existsSync(folder))) {
    const versions = readdirSync(folder).filter(name => name.startsWith(prefix) && /^[\d.]*$/.test(name.slice(prefix.length)))
    const highest = versions.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0]
    if (highest) return `${folder}/${highest}`
  }
  return undefined
}
