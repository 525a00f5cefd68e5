import { createHash, createHmac, randomBytes } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { limits, localSigningText, PlatenError, signatureHeaders, type DocumentPolicy } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { PhpChannel } from '../ports/php-channel.ts'
import { decodedBody } from './decoded-body.ts'
import { answerValue, callBody } from './plugin-answer.ts'

const callQuery = '?platen-call=1'

/**
 * Calls the plugin over HTTP with a signature, where there is no FastCGI: the WebAssembly demo on loopback. Everywhere else
 * FastCGI leaves nothing on the network to attack.
 */
export function phpSignedHttp(policy: Pick<DocumentPolicy, 'site' | 'php'>, clock: Clock): PhpChannel {
  return {
    call: async (command, args, options = {}) => {
      if (!('http' in policy.php)) throw new PlatenError('php.unavailable', 'The policy file names no secret for signed calls.')
      const body = callBody(command, args)
      const url = new URL(`${policy.site.url.replace(/\/$/, '')}/${callQuery}`)
      const path = `${url.pathname}${url.search}`
      const timer = new AbortController()
      const stopTimer = clock.after(options.deadlineMs ?? limits.php.callMs, () => timer.abort(new PlatenError('php.timeout')))
      const signal = options.signal ? AbortSignal.any([options.signal, timer.signal]) : timer.signal
      try {
        const response = await post(url, signedHeaders(policy.php.secret, path, body, clock.now()), body, signal)
        return answerValue(command, {
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'] !== undefined,
          body: await decodedBody(response, 'as told', limits.php.answerBytes),
          complaint: '',
        })
      } catch (error) {
        throw callError(error, signal)
      } finally {
        stopTimer()
      }
    },
  }
}

function signedHeaders(secret: string, path: string, body: Buffer, nowMs: number): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(nowMs / 1_000))
  const nonce = randomBytes(16).toString('hex')
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const text = localSigningText({ method: 'POST', path, timestamp, nonce, bodyHash })
  return {
    'content-type': 'application/json',
    'content-length': String(body.length),
    [signatureHeaders.timestamp]: timestamp,
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: createHmac('sha256', secret).update(text).digest('hex'),
  }
}

function post(url: URL, headers: Readonly<Record<string, string>>, body: Buffer, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { method: 'POST', headers, signal, agent: false }).once('response', resolve).on('error', reject).end(body)
  })
}

function callError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (!(error instanceof PlatenError)) return new PlatenError('php.unavailable', undefined, { cause: error })
  return error.code === 'file.too_large' ? new PlatenError('php.failed', 'Its answer is too large.', { cause: error }) : error
}
