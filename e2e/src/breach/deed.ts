/** One deed of a user of the machine, done by a process that is that user: `node deed.ts JSON`. It prints what came of it as JSON. */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'

/** What can be done. */
export type Deed =
  | { readonly do: 'read' | 'write'; readonly path: string }
  | {
      readonly do: 'ask'
      readonly socket?: string
      readonly port?: number
      readonly method: string
      readonly path: string
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly do: 'say'; readonly socket: string; readonly text: string }
  | { readonly do: 'signal'; readonly pid: number; readonly signal: string | 0 }
  /** Searches a process's memory and environment. */
  | { readonly do: 'search'; readonly pid: number; readonly for: readonly string[] }
  | { readonly do: 'sql'; readonly file: string; readonly statements: readonly string[] }

/** What came of it: `error` is the system's word where it failed. */
export interface Done {
  readonly error?: string
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  /** Whether the other side ended the connection before the time was up. */
  readonly ended?: boolean
  readonly found?: number
}

const waitMs = 3_000
const sayMs = 1_500
const chunk = 1_048_576

async function act(deed: Deed): Promise<Done> {
  switch (deed.do) {
    case 'read':
      return { text: readFileSync(deed.path, 'utf8').slice(0, 20_000) }
    case 'write':
      // Opened to append, and nothing is: whether one may is all that is asked.
      closeSync(openSync(deed.path, 'a'))
      return {}
    case 'ask':
      return ask(deed)
    case 'say':
      return say(deed.socket, deed.text)
    case 'signal':
      process.kill(deed.pid, deed.signal as NodeJS.Signals)
      return {}
    case 'search':
      return { found: search(deed.pid, deed.for) }
    case 'sql':
      return sql(deed.file, deed.statements)
  }
}

function ask({ socket, port, method, path, body, headers = {} }: Extract<Deed, { do: 'ask' }>): Promise<Done> {
  const text = body === undefined ? '' : JSON.stringify(body)
  const to = socket === undefined ? { host: '127.0.0.1', port } : { socketPath: socket }
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...to,
        method,
        path,
        timeout: waitMs,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers },
      },
      response => {
        let answer = ''
        response.setEncoding('utf8').on('data', (piece: string) => (answer += piece))
        response.once('end', () => resolve({ status: response.statusCode ?? 0, json: parsed(answer) }))
      },
    )
    asked.once('timeout', () => asked.destroy(new Error('it said nothing')))
    asked.once('error', reject)
    asked.end(text)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.slice(0, 200)
  }
}

/** What is answered, if anything, and whether the other side ends it soon: at the workers' door, whoever is silent may stay longer. */
function say(path: string, text: string): Promise<Done> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(text))
    let answer = ''
    socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece))
    socket.once('error', reject)
    socket.once('close', () => resolve({ text: answer, ended: true }))
    setTimeout(() => resolve({ text: answer, ended: false }), sayMs).unref()
  })
}

function search(pid: number, needles: readonly string[]): number {
  const places = [readFileSync(`/proc/${pid}/environ`, 'latin1'), readFileSync(`/proc/${pid}/cmdline`, 'latin1'), ...memory(pid)]
  return needles.filter(needle => places.some(place => place.includes(needle) || place.includes(wide(needle)))).length
}

/** Two bytes a character, as V8 keeps some strings. */
function wide(text: string): string {
  return Buffer.from(text, 'utf16le').toString('latin1')
}

function* memory(pid: number): Generator<string> {
  const file = openSync(`/proc/${pid}/mem`, 'r')
  const regions = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)
  for (const [, from, to] of regions) {
    for (let at = Number(`0x${from}`); at < Number(`0x${to}`); at += chunk) {
      const bytes = Buffer.alloc(Math.min(chunk, Number(`0x${to}`) - at))
      try {
        readSync(file, bytes, 0, bytes.length, at)
      } catch {
        // Pages that are not there, or devices.
        continue
      }
      yield bytes.toString('latin1')
    }
  }
}

async function sql(file: string, statements: readonly string[]): Promise<Done> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(file)
  for (const statement of statements) database.exec(statement)
  database.close()
  return {}
}

const done = await act(JSON.parse(process.argv[2] ?? '') as Deed).catch((error: unknown): Done => {
  const { code, message } = error as NodeJS.ErrnoException
  return { error: code ?? message }
})
writeSync(1, JSON.stringify(done))
process.exit(0)
