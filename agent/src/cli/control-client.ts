import { request as httpRequest, type IncomingMessage } from 'node:http'
import { isErrorCode, PlatenError, toldError, type LocalJob, type LocalStatus } from '@platen/protocol'
import { lineSplitter } from '../domain/line-splitter.ts'
import type { ReceiptPage } from '../ports/receipts.ts'

/** A running agent as the CLI reaches it. */
export interface ControlClient {
  status(): Promise<LocalStatus>
  /** Changes the agent's key at its gateway; what it is like just after it was asked. */
  rotateKey(): Promise<LocalStatus>
  /** Receipts on record, oldest first, from where the page before said. */
  receipts(from: number): Promise<ReceiptPage>
  createJob(kind: string, input: unknown): Promise<LocalJob>
  cancelJob(id: string): Promise<LocalJob>
  /** The job now and after each news of it, to its end. */
  followJob(id: string): AsyncIterable<LocalJob>
}

const answerMs = 10_000
/** Longest answer, in characters: a job with its input's and its result's bounds. */
const answerLength = 1_048_576

/** Speaks to the control socket; whether one is there shows with the first call. @throws PlatenError agent.unavailable, file.denied, and what the agent answers */
export function controlClient(socketPath: string): ControlClient {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await open(socketPath, method, path, body)
    let text = ''
    for await (const piece of response as AsyncIterable<string>) {
      text += piece
      if (text.length > answerLength) throw new PlatenError('agent.unavailable', 'Its answer is too long.')
    }
    return checked(response.statusCode ?? 500, text)
  }
  return {
    status: async () => (await call('GET', '/v1/status')) as LocalStatus,
    rotateKey: async () => (await call('POST', '/v1/key/rotate')) as LocalStatus,
    receipts: async from => (await call('GET', `/v1/receipts?from=${from}`)) as ReceiptPage,
    createJob: async (kind, input) => (await call('POST', '/v1/jobs', { kind, input })) as LocalJob,
    cancelJob: async id => (await call('POST', `/v1/jobs/${id}/cancel`)) as LocalJob,
    followJob: id => follow(socketPath, id),
  }
}

async function* follow(socketPath: string, id: string): AsyncIterable<LocalJob> {
  const response = await open(socketPath, 'GET', `/v1/jobs/${id}/events`, undefined)
  const split = lineSplitter(answerLength)
  for await (const piece of response as AsyncIterable<string>) {
    for (const line of split(piece) ?? []) yield JSON.parse(line) as LocalJob
  }
}

function open(socketPath: string, method: string, path: string, body: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, method, path, timeout: answerMs, agent: false }, response => {
      // A job may be silent for long; only its answer's beginning is waited for.
      request.setTimeout(0)
      resolve(response.setEncoding('utf8'))
    })
    request.once('timeout', () => request.destroy(new PlatenError('agent.unavailable', 'It did not answer in time.')))
    request.once('error', error => reject(unreachable(socketPath, error)))
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function unreachable(socketPath: string, error: Error): PlatenError {
  if (error instanceof PlatenError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') return new PlatenError('privilege.missing', `${socketPath} is for root and the agent’s user.`)
  return new PlatenError('agent.unavailable', undefined, { cause: error })
}

function checked(status: number, text: string): unknown {
  const value = JSON.parse(text) as { code?: unknown; message?: unknown }
  if (status < 400) return value
  const message = typeof value.message === 'string' ? value.message : ''
  throw toldError(isErrorCode(value.code) ? value.code : 'internal', message)
}
