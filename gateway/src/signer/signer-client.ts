import { Agent, request, type IncomingMessage } from 'node:http'
import { isErrorCode, PlatenError } from '@platen/protocol'
import type { Signer } from '../ports/signer.ts'

type Grant = Awaited<ReturnType<Signer['sign']>>

/** A signer in another process. */
export interface SignerClient extends Signer {
  close(): void
}

const deadlineMs = 2_000
const mostAnswerBytes = 32_768
/** Requests at once; more wait here, where the deadline sees them. */
const mostSockets = 8

/** Asks the signer that listens on a Unix socket. */
export function signerClient(socketPath: string): SignerClient {
  const agent = new Agent({ keepAlive: true, maxSockets: mostSockets })
  return {
    sign: async asked => {
      const { status, json } = await post(socketPath, agent, JSON.stringify(asked))
      if (status === 200) return json as Grant
      throw refusal(status, json)
    },
    close: () => agent.destroy(),
  }
}

/** A signer that is only out of grants for this minute is worth another try: to the caller it is as good as away. */
function refusal(status: number, json: unknown): PlatenError {
  const { code, message } = (json ?? {}) as { code?: unknown; message?: unknown }
  const known = isErrorCode(code) ? code : 'internal'
  const text = typeof message === 'string' ? message.slice(0, 300) : `It answered ${status}.`
  return new PlatenError(known === 'signer.refused' || known === 'input.invalid' ? 'signer.refused' : 'signer.unavailable', text)
}

function post(socketPath: string, agent: Agent, body: string): Promise<{ status: number; json: unknown }> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => reject(new PlatenError('signer.unavailable', undefined, { cause: error }))
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const signal = AbortSignal.timeout(deadlineMs)
    const outgoing = request({ socketPath, agent, method: 'POST', path: '/sign', headers, signal }, response => {
      readJson(response).then(json => resolve({ status: response.statusCode ?? 0, json }), failed)
    })
    outgoing.once('error', failed)
    outgoing.end(body)
  })
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > mostAnswerBytes) throw new Error('the answer is too large')
    pieces.push(piece)
  }
  return JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown
}
