import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { errorRow, PlatenError, toPlatenError } from '@platen/protocol'
import type { GrantOffice } from './grant-office.ts'
import { mostAtOnce } from './signer-batch.ts'

/** A signer that listens. */
export interface SignerServer {
  close(): Promise<void>
}

const mostBodyBytes = 8_192
const mostConnections = 32
const requestMs = 5_000

/**
 * Serves `POST /sign`, whose body is a list of what is asked for and whose answer has a grant or a refusal for each, on a Unix socket that its owner and group may use, and nothing else.
 * @throws PlatenError port.in_use where another process listens there
 */
export async function openSignerServer(path: string, office: GrantOffice): Promise<SignerServer> {
  if (await answers(path)) throw new PlatenError('port.in_use', `${path}: another signer listens there.`)
  rmSync(path, { force: true })
  const server = createServer({ requestTimeout: requestMs, headersTimeout: requestMs, connectionsCheckingInterval: 1_000 })
  server.maxConnections = mostConnections
  server.on('request', (request, response) => void respond(request, response, office))
  await listen(server, path)
  return {
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function respond(request: IncomingMessage, response: ServerResponse, office: GrantOffice): Promise<void> {
  try {
    if (request.method !== 'POST' || request.url !== '/sign') throw new PlatenError('route.not_found')
    answer(response, 200, grants(office, await readJson(request)))
  } catch (error) {
    const { code, message } = toPlatenError(error)
    // What is left of a body that was too large is not worth reading.
    if (code === 'input.too_large') response.setHeader('connection', 'close')
    answer(response, errorRow(code).status, { code, message })
  }
}

/** A grant for each that is asked for, or why there is none. @throws PlatenError input.invalid */
function grants(office: GrantOffice, asked: unknown): readonly object[] {
  if (!Array.isArray(asked) || asked.length > mostAtOnce) throw new PlatenError('input.invalid', 'It is no list, or too long a one.')
  return asked.map(one => {
    try {
      return { grant: office.grant(one) }
    } catch (error) {
      const { code, message } = toPlatenError(error)
      return { status: errorRow(code).status, code, message }
    }
  })
}

function answer(response: ServerResponse, status: number, json: unknown): void {
  const body = JSON.stringify(json)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > mostBodyBytes) throw new PlatenError('input.too_large')
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown
  } catch (error) {
    throw new PlatenError('input.invalid', 'It is not JSON.', { cause: error })
  }
}

/** Whether a process listens: a socket file that a dead one left is no reason to stop. */
function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', error => reject(new PlatenError('port.in_use', `${path}: ${error.message}.`, { cause: error })))
    // From the first moment on: a socket is made with the mode that the umask leaves.
    const umask = process.umask(0o117)
    server.listen(path, () => {
      process.umask(umask)
      chmodSync(path, 0o660)
      resolve()
    })
  })
}
