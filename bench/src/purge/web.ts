import { Agent, request, type OutgoingHttpHeaders } from 'node:http'
import { answerOf, type Answer } from './answer.ts'

/** One request; all go to loopback. */
export interface WebRequest {
  readonly port: number
  readonly path: string
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | undefined
}

/** A client whose connections stay open and whose Host is the caller's own, whatever port it talks to. */
export interface Web {
  send(request: WebRequest): Promise<Answer>
  close(): void
}

const requestMs = 120_000

/** A client that calls every server `host`. */
export function web(host: string): Web {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const once = ({ port, path, method = 'GET', headers, body }: WebRequest): Promise<Answer> =>
    new Promise((resolve, reject) => {
      // A path may be spelt raw: its bytes go as they are.
      const bytes = Buffer.from(path).toString('latin1')
      const options = { host: '127.0.0.1', port, path: bytes, method, agent, headers: { ...headers, host }, timeout: requestMs }
      const outgoing = request(options, response => {
        const pieces: Buffer[] = []
        const header = (name: string): string => String(response.headers[name] ?? '')
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.once('error', reject)
        response.once('end', () => resolve(answerOf(response.statusCode ?? 0, header, Buffer.concat(pieces).toString('utf8'))))
      })
      outgoing.once('timeout', () => outgoing.destroy(new Error(`${path} took longer than ${requestMs} ms`)))
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  return {
    send: async asked => {
      try {
        return await once(asked)
      } catch (error) {
        // nginx closes connections that were idle, sometimes just as one is taken again; a GET may be sent twice.
        if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET' || (asked.method ?? 'GET') !== 'GET') throw error
        return once(asked)
      }
    },
    close: () => agent.destroy(),
  }
}
