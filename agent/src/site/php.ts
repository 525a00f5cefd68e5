import { join } from 'node:path'
import { limits, PlatenError, type DocumentPolicy } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { PhpChannel } from '../ports/php-channel.ts'
import { cgiAnswer } from './cgi-answer.ts'
import { fastCgiRequest } from './fastcgi.ts'
import { answerValue, callBody } from './plugin-answer.ts'

/** Where the plugin's door is, below WordPress's folder. */
const entryPath = '/wp-content/plugins/platen/entry.php'
/** Headers that PHP adds to an answer. */
const headerBytes = 65_536

/**
 * Calls the plugin straight through PHP-FPM's socket. `PLATEN_CALL` marks the request as the agent's: web servers name the
 * parameters that they make from headers `HTTP_…`, so no HTTP client can set it.
 */
export function phpFastCgi(policy: Pick<DocumentPolicy, 'site' | 'php'>, clock: Clock): PhpChannel {
  return {
    call: async (command, args, options = {}) => {
      const body = callBody(command, args)
      const { stdout, stderr } = await fastCgiRequest(socketOf(policy), clock, {
        params: callParams(policy, body.length),
        body,
        mostBytes: limits.php.answerBytes + headerBytes,
        deadlineMs: options.deadlineMs ?? limits.php.callMs,
        signal: options.signal,
      })
      const answer = cgiAnswer(stdout)
      if (!answer) throw new PlatenError('php.failed', 'It answered without headers.')
      return answerValue(command, {
        status: answer.status,
        retryAfter: answer.headers.has('retry-after'),
        body: answer.body,
        complaint: stderr,
      })
    },
  }
}

function callParams({ site }: Pick<DocumentPolicy, 'site'>, length: number): Readonly<Record<string, string>> {
  const url = new URL(site.url)
  const https = url.protocol === 'https:'
  return {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: 'platen',
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_NAME: url.hostname,
    SERVER_PORT: url.port || (https ? '443' : '80'),
    HTTP_HOST: url.host,
    ...(https ? { HTTPS: 'on', REQUEST_SCHEME: 'https' } : { REQUEST_SCHEME: 'http' }),
    REMOTE_ADDR: '127.0.0.1',
    REQUEST_METHOD: 'POST',
    REQUEST_URI: entryPath,
    SCRIPT_NAME: entryPath,
    DOCUMENT_URI: entryPath,
    DOCUMENT_ROOT: site.root,
    SCRIPT_FILENAME: join(site.root, entryPath),
    QUERY_STRING: '',
    CONTENT_TYPE: 'application/json',
    CONTENT_LENGTH: String(length),
    PLATEN_CALL: '1',
    PLATEN_ROOT: site.root,
  }
}

/** PHP-FPM's socket. @throws PlatenError php.unavailable where the policy file names none */
export function socketOf({ php }: Pick<DocumentPolicy, 'php'>): string {
  if ('socket' in php) return php.socket
  throw new PlatenError('php.unavailable', 'The policy file names no PHP-FPM socket.')
}
