import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** An answer of an agent over one of its local doors. */
export interface LocalAnswer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

interface LocalJob {
  readonly id: string
  readonly state: string
  readonly result?: unknown
  readonly error?: { readonly code: string }
}

const waitMs = 5_000
const jobMs = 30_000

/** Asks an agent over a socket or its loopback port, as any PHP of its site can. Who may open the socket is tried elsewhere. */
export function askAgent(
  to: { readonly socketPath: string } | { readonly port: number; readonly host: string },
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<LocalAnswer> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const asked = request(
      { ...to, agent: false, method, path, timeout: waitMs, headers: { 'content-length': Buffer.byteLength(text), ...headers } },
      response => {
        let answer = ''
        response.setEncoding('utf8').on('data', (piece: string) => (answer += piece))
        response.once('end', () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(answer) as LocalAnswer['json'] }))
      },
    )
    asked.once('timeout', () => asked.destroy(new Error('the agent said nothing')))
    asked.once('error', reject)
    asked.end(text)
  })
}

/** Has the site's owner ask for a job, and follows it to its end. */
export async function ownersJob(socketPath: string, kind: string, input: unknown): Promise<LocalJob> {
  const { json } = await askAgent({ socketPath }, 'POST', '/v1/jobs', { kind, input, origin: 'owner' })
  const { id } = json as unknown as LocalJob
  for (const end = performance.now() + jobMs; performance.now() < end; await delay(250)) {
    const { json: job } = await askAgent({ socketPath }, 'GET', `/v1/jobs/${id}`)
    if ('finishedAt' in job) return job as unknown as LocalJob
  }
  throw new Error(`the job ${id} did not end`)
}
