import { createConnection } from 'node:net'
import { PlatenError } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import { recordReader, recordType, requestRecords } from './fastcgi-records.ts'

/** One FastCGI request. */
export interface FastCgiRequest {
  readonly params: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Bytes of the answer, headers included. */
  readonly mostBytes: number
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
}

/** What PHP-FPM answered. */
export interface FastCgiAnswer {
  readonly stdout: Buffer
  /** The first of what it wrote to its error stream. */
  readonly stderr: string
}

const mostStderr = 8_192
const requestComplete = 0

/**
 * One request on a connection of its own to PHP-FPM's Unix socket.
 * @throws PlatenError php.unavailable (no socket, refused, broken off, overloaded), php.timeout, php.failed (answer over the bound)
 */
export function fastCgiRequest(socketPath: string, clock: Clock, request: FastCgiRequest): Promise<FastCgiAnswer> {
  return new Promise((resolve, reject) => {
    if (request.signal?.aborted) return reject(request.signal.reason as Error)
    const socket = createConnection(socketPath)
    const settle = (end: () => void): void => {
      stopTimer()
      request.signal?.removeEventListener('abort', abort)
      socket.destroy()
      end()
    }
    const fail = (error: unknown): void => settle(() => reject(error as Error))
    const abort = (): void => fail(request.signal?.reason)
    const stopTimer = clock.after(request.deadlineMs, () => fail(new PlatenError('php.timeout')))
    request.signal?.addEventListener('abort', abort)
    const take = answerReader(
      request.mostBytes,
      answer => settle(() => resolve(answer)),
      code => fail(new PlatenError(...code)),
    )
    socket.on('data', take)
    socket.on('error', cause => fail(new PlatenError('php.unavailable', undefined, { cause })))
    socket.once('close', () => fail(new PlatenError('php.unavailable', 'It broke off.')))
    socket.write(requestRecords(request.params, request.body))
  })
}

type Failure = readonly [code: 'php.failed' | 'php.unavailable', detail: string]

/** Puts an answer together from the pieces of the stream; calls `done` or `fail` once it is whole or can't be. */
export function answerReader(
  mostBytes: number,
  done: (answer: FastCgiAnswer) => void,
  fail: (why: Failure) => void,
): (piece: Buffer) => void {
  const records = recordReader()
  const stdout: Buffer[] = []
  let length = 0
  let stderr = ''
  return piece => {
    for (const { type, content } of records(piece) ?? [{ type: -1, content: piece }]) {
      if (type === -1) return fail(['php.unavailable', 'What answers on its socket is not PHP-FPM.'])
      if (type === recordType.stdout) {
        length += content.length
        if (length > mostBytes) return fail(['php.failed', `Its answer is over ${mostBytes} bytes.`])
        stdout.push(content)
      } else if (type === recordType.stderr) {
        stderr = `${stderr}${content.toString()}`.slice(0, mostStderr)
      } else if (type === recordType.endRequest) {
        if (content[4] !== requestComplete) return fail(['php.unavailable', 'It has no room for another request.'])
        return done({ stdout: Buffer.concat(stdout), stderr })
      }
    }
  }
}
