import { Agent, request } from 'node:http'
import { randomUUID } from 'node:crypto'

/** A client that asks for jobs over connections that stay open, as a service does. */
export interface JobClient {
  /** Sends one request; gives the body of the answer. @throws where it is refused */
  post(path: string, body: object): Promise<unknown>
  /** Sends all, so many at once. */
  postAll(path: string, bodies: readonly object[], atOnce: number): Promise<void>
  close(): void
}

/** A client of the server at `url`. */
export function jobClient(url: string, token = ''): JobClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const post = (path: string, body: object): Promise<unknown> => {
    const text = JSON.stringify(body)
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      authorization: `Bearer ${token}`,
      'idempotency-key': randomUUID(),
    }
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, url), { method: 'POST', agent, headers }, response => {
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
  return {
    post,
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
