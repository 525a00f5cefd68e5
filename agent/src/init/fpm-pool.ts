/** What PHP-FPM's configuration says about one pool. */
export interface FpmPool {
  /** The Unix user that its PHP runs as. */
  readonly user: string | undefined
  readonly statusPath: string | undefined
}

/**
 * The pool that listens on a socket, from what `php-fpm -tt` prints: each line behind a date and `NOTICE:`, a pool's name in
 * brackets, `undefined` for what is not set.
 */
export function fpmPool(text: string, socket: string): FpmPool | undefined {
  return pools(text)
    .filter(settings => settings.get('listen') === socket)
    .map(settings => ({ user: settings.get('user'), statusPath: settings.get('pm.status_path') }))[0]
}

function pools(text: string): readonly ReadonlyMap<string, string>[] {
  const found: Map<string, string>[] = []
  for (const line of text.split('\n')) {
    const said = line.replace(/^\[[^\]]*\] NOTICE:\s*/, '').trim()
    if (/^\[[^\]]+\]$/.test(said)) found.push(new Map())
    const [, name, value] = /^([\w.]+) = (.+)$/.exec(said) ?? []
    if (name !== undefined && value !== undefined && value !== 'undefined') found.at(-1)?.set(name, value)
  }
  return found
}

/** The configuration file in the title of a PHP-FPM master, as it names itself. */
export function fpmConfigFile(title: string): string | undefined {
  return /^php-fpm: master process \((\/.+)\)$/.exec(title)?.[1]
}
