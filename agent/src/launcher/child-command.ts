import type { Account } from './accounts.ts'

/** Programs of util-linux and coreutils that change what a process may, by name; a missing one costs what it does. */
export interface Wrappers {
  readonly setpriv?: string
  readonly nice?: string
  readonly ionice?: string
}

/** What a child is to be. */
export interface ChildCommand {
  /** The user to become; absent where the launcher has no root and the child stays what the launcher is. */
  readonly account?: Account
  /** Whether it goes to the back of every queue for CPU and disk. */
  readonly background: boolean
  readonly command: readonly string[]
}

/**
 * The argument list that starts a child with as few rights as it can do with: its own user and groups, no capabilities
 * now or after any exec, killed by the kernel when the launcher dies. Each program replaces itself by the next, so the
 * process id stays.
 */
export function childCommand({ account, background, command }: ChildCommand, { setpriv, nice, ionice }: Wrappers): readonly string[] {
  const identity = account
    ? [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups', '--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all']
    : []
  return [
    ...(setpriv ? [setpriv, ...identity, '--no-new-privs', '--pdeathsig', 'KILL', '--'] : []),
    ...(background && nice ? [nice, '-n', '19'] : []),
    ...(background && ionice ? [ionice, '-c', '3', '-t'] : []),
    ...command,
  ]
}

/** The environment of a child: nothing of the launcher's, which may hold secrets of whoever started it. */
export function childEnvironment(account: Account | undefined): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: account?.home ?? '/nonexistent',
    // glibc gives each thread an arena of its own otherwise, which a process of few threads and little memory only pays for.
    MALLOC_ARENA_MAX: '2',
  }
}
