import { requireBinary } from '../engines/binaries.ts'
import { runCommand } from '../process/run-command.ts'
import { phpLiteral } from './php-literal.ts'
import { isRoot, type SystemUser } from './system-user.ts'

/** A WordPress folder that command-line PHP can load. */
export interface WordpressOnDisk {
  readonly root: string
  readonly url: string
  readonly user: SystemUser
}

const defaultMs = 120_000

/** Runs PHP (without `<?php`) with WordPress loaded, as the site's user; gives what it prints. Throws `lab.command_failed` with PHP's message. */
export function runInWordpress(site: WordpressOnDisk, php: string, timeoutMs: number = defaultMs): Promise<string> {
  return runPhp(site, `${wordpressPrelude(site.root, site.url)}\n${php}`, timeoutMs)
}

/** Runs the text of a PHP file as the site's user. */
export function runPhp(site: WordpressOnDisk, code: string, timeoutMs: number = defaultMs): Promise<string> {
  const identity = isRoot ? { uid: site.user.uid, gid: site.user.gid } : {}
  const args = ['-d', 'display_errors=stderr', '-d', 'memory_limit=512M', '-d', 'opcache.enable_cli=0']
  return runCommand(requireBinary('php'), args, { timeoutMs, input: `<?php ${code}`, cwd: site.root, ...identity })
}

/** PHP that loads WordPress as if it answered a request at `url`. */
export function wordpressPrelude(root: string, url: string): string {
  return `$_SERVER['HTTP_HOST'] = ${phpLiteral(new URL(url).host)}; $_SERVER['REQUEST_METHOD'] = 'GET'; $_SERVER['REQUEST_URI'] = '/';
require ${phpLiteral(`${root}/wp-load.php`)};`
}
