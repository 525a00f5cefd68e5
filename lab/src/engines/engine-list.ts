import { existsSync, readdirSync } from 'node:fs'
import { findBinary, findPhpFpm } from './binaries.ts'

/** One thing that lab needs from the system: the Debian package it comes in, and how to see that it is there. */
export interface Engine {
  readonly package: string
  readonly purpose: string
  /** The path that shows it is there, undefined if it is not. */
  find(): string | undefined
}

/** Everything that the suites and benches on real engines need. */
export const engines: readonly Engine[] = [
  engine('nginx-extras', 'web server with page cache', () =>
    existsSync('/usr/share/nginx/modules-available') ? findBinary('nginx') : undefined,
  ),
  engine('php-fpm', 'PHP of the native site', findPhpFpm),
  engine('php-cli', 'PHP on the command line', () => findBinary('php')),
  phpExtension('php-mysql', 'mysqli'),
  phpExtension('php-gd', 'gd'),
  phpExtension('php-curl', 'curl'),
  phpExtension('php-xml', 'dom'),
  phpExtension('php-mbstring', 'mbstring'),
  phpExtension('php-zip', 'zip'),
  phpExtension('php-intl', 'intl'),
  phpExtension('php-redis', 'redis'),
  engine('phpunit', 'tests of the plugin', () => findBinary('phpunit')),
  engine('mariadb-server', 'database', () => findBinary('mariadbd', 'mysqld')),
  engine('redis-server', 'object cache and bus', () => findBinary('redis-server')),
  engine('chromium', 'a real browser', () => findBinary('chromium')),
  engine('chromium-sandbox', 'the browser’s sandbox', () => existing('/usr/lib/chromium/chrome-sandbox')),
  engine('python3-venv', 'MongoDB’s wire, independent judges', () => existing('/usr/share/doc/python3-venv')),
  engine('mate-backgrounds', 'photographs', () => existing('/usr/share/backgrounds/mate/nature/Garden.jpg')),
  engine('wrk', 'load for benches', () => findBinary('wrk')),
]

/** The packages of the list whose engine is not installed. */
export function missingEngines(): Promise<string[]> {
  return Promise.resolve(engines.filter(entry => entry.find() === undefined).map(entry => entry.package))
}

function engine(name: string, purpose: string, find: () => string | undefined): Engine {
  return { package: name, purpose, find }
}

function phpExtension(name: string, module: string): Engine {
  return engine(name, `PHP extension ${module}`, () => {
    const version = /(\d+\.\d+)$/.exec(findPhpFpm() ?? '')?.[1]
    const folder = `/etc/php/${version}/fpm/conf.d`
    const ini = version && existsSync(folder) ? readdirSync(folder).find(file => file.endsWith(`-${module}.ini`)) : undefined
    return ini && `${folder}/${ini}`
  })
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined
}
