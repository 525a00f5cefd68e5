import { randomUUID } from 'node:crypto'
import { Agent, request, type OutgoingHttpHeaders } from 'node:http'

/** Tries of a request whose connection breaks. */
const mostTries = 5

/** A client that asks for jobs over connections that stay open, as a service does. */
export interface JobClient {
  /** Sends one request; gives the body of the answer. @throws where it is refused */
  post(path: string, body: object): Promise<unknown>
  get(path: string): Promise<unknown>
  /** Sends all, so many at once. */
  postAll(path: string, bodies: readonly object[], atOnce: number): Promise<void>
  close(): void
}

/** A client of the server at `url`. */
export function jobClient(url: string, token = ''): JobClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const headersOf = (text: string | undefined): OutgoingHttpHeaders => {
    const authorization = `Bearer ${token}`
    if (text === undefined) return { authorization }
    const length = Buffer.byteLength(text)
    return { authorization, 'content-type': 'application/json', 'content-length': length, 'idempotency-key': randomUUID() }
  }
  const send = (method: string, path: string, headers: OutgoingHttpHeaders, text?: string): Promise<unknown> => {
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, url), { method, agent, headers }, response => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.once('end', () => {
          const answer = Buffer.concat(pieces).toString('utf8')
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(answer))
          else reject(new Error(`${path} answered ${response.statusCode}: ${answer.slice(0, 300)}`))
        })
      })
      outgoing.once('error', reject)
      outgoing.end(text)
    })
  }
  // A connection that was cut says nothing of what became of the request: the same key makes it harmless to ask again.
  const insist = async (method: string, path: string, text?: string): Promise<unknown> => {
    const headers = headersOf(text)
    for (let tries = 1; ; tries += 1) {
      try {
        return await send(method, path, headers, text)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (tries === mostTries || (code !== 'ECONNRESET' && code !== 'EPIPE' && code !== 'ECONNREFUSED')) throw error
      }
    }
  }
  const post = (path: string, body: object): Promise<unknown> => insist('POST', path, JSON.stringify(body))
  return {
    post,
    get: path => insist('GET', path),
    postAll: async (path, bodies, atOnce) => {
      const left = bodies.values()
      const sendSome = async (): Promise<void> => {
        for (const body of left) await post(path, body)
      }
      await Promise.all(Array.from({ length: atOnce }, sendSome))
    },
    close: () => agent.destroy(),
  }
}
