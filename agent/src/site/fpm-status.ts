import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { FpmStatus } from '../ports/samplers.ts'
import { cgiAnswer } from './cgi-answer.ts'
import { fastCgiRequest } from './fastcgi.ts'
import { systemCode } from './file-errors.ts'
import { socketOf } from './php.ts'

const mostBytes = 262_144

/**
 * Reads the status page through PHP-FPM's own socket: no worker of WordPress's code is involved, nor nginx. Undefined where
 * the policy file names none, and where this user may not open the socket, which is often nginx's alone.
 * @throws PlatenError php.unavailable, php.timeout, php.failed
 */
export async function fpmStatus(
  policy: Pick<DocumentPolicy, 'php'>,
  clock: Clock,
  options: { readonly deadlineMs: number; readonly signal?: AbortSignal },
): Promise<FpmStatus | undefined> {
  if (!('socket' in policy.php) || policy.php.statusPath === undefined) return undefined
  const path = policy.php.statusPath
  const asked = await fastCgiRequest(socketOf(policy), clock, {
    params: { REQUEST_METHOD: 'GET', SCRIPT_NAME: path, SCRIPT_FILENAME: path, REQUEST_URI: `${path}?json`, QUERY_STRING: 'json' },
    body: Buffer.alloc(0),
    mostBytes,
    ...options,
  }).catch((error: unknown) => {
    if (error instanceof PlatenError && systemCode(error.cause) === 'EACCES') return undefined
    throw error
  })
  if (!asked) return undefined
  const answer = cgiAnswer(asked.stdout)
  if (answer?.status !== 200) throw new PlatenError('php.failed', 'It does not tell its status at the path that the policy file names.')
  return readStatus(answer.body.toString())
}

/** What the page tells; what is not there is nothing. @throws PlatenError php.failed */
export function readStatus(text: string): FpmStatus {
  const told = membersOf(text)
  const count = (name: string): number => (Number.isSafeInteger(told[name]) ? (told[name] as number) : 0)
  const word = (name: string): string => (typeof told[name] === 'string' ? told[name].slice(0, 100) : '')
  return {
    pool: word('pool'),
    processManager: word('process manager'),
    acceptedConnections: count('accepted conn'),
    listenQueue: count('listen queue'),
    maxListenQueue: count('max listen queue'),
    idleProcesses: count('idle processes'),
    activeProcesses: count('active processes'),
    totalProcesses: count('total processes'),
    maxActiveProcesses: count('max active processes'),
    maxChildrenReached: count('max children reached'),
    slowRequests: count('slow requests'),
    startedSecondsAgo: count('start since'),
  }
}

/** Whoever holds the pool can answer any JSON at the page's path. */
function membersOf(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new PlatenError('php.failed', 'Its status page is not JSON.', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PlatenError('php.failed', 'Its status page is no JSON object.')
  return value as Record<string, unknown>
}
