import { Agent, request, type IncomingMessage } from 'node:http'
import { isErrorCode, PlatenError } from '@platen/protocol'
import type { Signer } from '../ports/signer.ts'
import { mostAtOnce } from './signer-batch.ts'

type Asked = Parameters<Signer['sign']>[0]
type Grant = Awaited<ReturnType<Signer['sign']>>

/** A signer in another process. */
export interface SignerClient extends Signer {
  close(): void
}

const deadlineMs = 2_000
const mostAnswerBytes = 32_768
/** Requests at once; more wait here, where the deadline sees them. */
const mostSockets = 8

/** One who waits for a grant. */
interface Waiting {
  readonly asked: Asked
  readonly resolve: (grant: Grant) => void
  readonly reject: (error: unknown) => void
}

/** Asks the signer that listens on a Unix socket. What is asked for at the same time goes there together: jobs come in crowds. */
export function signerClient(socketPath: string): SignerClient {
  const agent = new Agent({ keepAlive: true, maxSockets: mostSockets })
  let waiting: Waiting[] = []
  const send = (): void => {
    const all = waiting
    waiting = []
    while (all.length > 0) void signAll(socketPath, agent, all.splice(0, mostAtOnce))
  }
  return {
    sign: asked =>
      new Promise((resolve, reject) => {
        if (waiting.push({ asked, resolve, reject }) === 1) queueMicrotask(send)
      }),
    close: () => agent.destroy(),
  }
}

/** Never throws: each of those who wait is answered. */
async function signAll(socketPath: string, agent: Agent, some: readonly Waiting[]): Promise<void> {
  try {
    const { status, json } = await post(socketPath, agent, JSON.stringify(some.map(({ asked }) => asked)))
    if (status !== 200 || !Array.isArray(json) || json.length !== some.length) throw refusal(status, json)
    some.forEach(({ resolve, reject }, at) => {
      const answer = json[at] as { readonly status: number; readonly grant?: Grant }
      if (answer.grant) resolve(answer.grant)
      else reject(refusal(answer.status, answer))
    })
  } catch (error) {
    for (const { reject } of some) reject(error)
  }
}

/** A signer that is out of grants for this site or this minute is not away: others may get theirs. */
function refusal(status: number, json: unknown): PlatenError {
  const { code, message } = (json ?? {}) as { code?: unknown; message?: unknown }
  const known = isErrorCode(code) ? code : 'internal'
  const text = typeof message === 'string' ? message.slice(0, 300) : `It answered ${status}.`
  if (known === 'rate.limited') return new PlatenError(known, text)
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
