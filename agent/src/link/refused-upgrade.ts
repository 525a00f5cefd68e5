import { isErrorCode, type ErrorCode } from '@platen/protocol'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../ports/clock.ts'
import type { Answered } from './reconnect.ts'

/** How long the words of a refusal may take to come. */
export const refusalMs = 5_000
/** How many bytes of them are read: a problem document has a few hundred. */
const mostBytes = 16_384

/**
 * What a gateway, or whatever stands before it, answered an upgrade with instead of a socket: status, headers, and the code of
 * its problem document where there is one. Tells `done` once, however slow or long the answer is; the answer is then no longer read.
 */
export function readRefusal(response: IncomingMessage, clock: Pick<Clock, 'after'>, done: (end: Answered) => void): void {
  const pieces: Buffer[] = []
  let bytes = 0
  let isOver = false
  const over = (): void => {
    if (isOver) return
    isOver = true
    cancel()
    const code = codeOf(Buffer.concat(pieces).toString('utf8'))
    done({ ...answered(response), ...(code === undefined ? {} : { code }) })
  }
  const cancel = clock.after(refusalMs, over)
  response.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes > mostBytes) over()
    else pieces.push(piece)
  })
  // One that breaks off ends as well; an error after that has to find somebody.
  for (const event of ['end', 'error', 'close']) response.on(event, over)
}

/** The code of a problem document; undefined where the text is none, or its code none of the table. */
export function codeOf(text: string): ErrorCode | undefined {
  try {
    const { code } = (JSON.parse(text) ?? {}) as { code?: unknown }
    return isErrorCode(code) ? code : undefined
  } catch {
    // A firewall's page, or a document that is not whole: it says nothing that the status does not.
    return undefined
  }
}

function answered({ statusCode = 0, headers }: IncomingMessage): Answered {
  const retryAfter = Number(headers['retry-after'])
  const serverTimeMs = Date.parse(headers.date ?? '')
  return {
    type: 'answered',
    status: statusCode,
    ...(Number.isFinite(retryAfter) && retryAfter >= 0 ? { retryAfterMs: retryAfter * 1_000 } : {}),
    ...(Number.isNaN(serverTimeMs) ? {} : { serverTimeMs }),
  }
}
