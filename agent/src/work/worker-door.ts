import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { limits, PlatenError, type ErrorCode } from '@platen/protocol'
import { lineSplitter } from '../domain/line-splitter.ts'
import { parseFromWorker, type FromWorker, type ToWorker } from '../domain/worker-message.ts'
import type { Clock } from '../ports/clock.ts'
import type { Refusals } from '../ports/refusals.ts'

/** A worker that showed its token. Messages that come before `onMessage` is set are kept. */
export interface WorkerConnection {
  readonly send: (message: ToWorker) => void
  onMessage(listener: (message: FromWorker) => void): void
  readonly closed: Promise<void>
  /** Cuts it: nothing that it still says is heard. */
  end(): void
}

/** The socket at which workers report. Any user of the container may connect to it; only a token that is expected gets in. */
export interface WorkerDoor {
  /** The worker that shows this token. @throws PlatenError worker.crashed where none does in time */
  expect(token: string, withinMs: number): Promise<WorkerConnection>
  close(): Promise<void>
}

/** A result, the arguments of a call to the plugin, and what JSON adds. */
const lineLength = limits.job.resultBytes + 1_048_576
/** What a worker may leave unread, in bytes: the answers that it can wait for at once. */
const mostUnread = 4 * limits.php.answerBytes + lineLength
const strangers = 16
const strangerMs = 3_000

/** Listens at `path`; strangers hear nothing, and `refusals` is told why. */
export async function openWorkerDoor(path: string, clock: Clock, refusals: Refusals): Promise<WorkerDoor> {
  const expected = new Map<string, (connection: WorkerConnection) => void>()
  const all = new Set<Socket>()
  const unknown = new Set<Socket>()
  const server = createServer(socket => {
    all.add(socket)
    socket.once('close', () => all.delete(socket))
    greet(socket)
  })
  const cut = (socket: Socket, code: ErrorCode): void => {
    // What a worker does once it is inside is its run's end, and told there.
    if (unknown.delete(socket)) refusals.tell(new PlatenError(code), {})
    socket.destroy()
  }
  const greet = (socket: Socket): void => {
    // Whoever fills the door with silent sockets pushes out his own: a worker speaks at once.
    const oldest = unknown.size >= strangers ? unknown.values().next().value : undefined
    if (oldest) cut(oldest, 'agent.busy')
    unknown.add(socket)
    const takeBack = clock.after(strangerMs, () => cut(socket, 'local.unauthorized'))
    const present = (token: string): void => {
      const admit = expected.get(token)
      if (!admit) return cut(socket, 'local.unauthorized')
      takeBack()
      unknown.delete(socket)
      expected.delete(token)
      admit(connection)
    }
    const connection = converse(socket, present, code => cut(socket, code))
    socket.once('close', () => {
      takeBack()
      unknown.delete(socket)
    })
  }
  await listen(server, path)

  return {
    expect: (token, withinMs) =>
      new Promise((resolve, reject) => {
        const takeBack = clock.after(withinMs, () => {
          expected.delete(token)
          reject(new PlatenError('worker.crashed', 'It did not report in time.'))
        })
        expected.set(token, connection => {
          takeBack()
          resolve(connection)
        })
      }),
    close: () => {
      for (const socket of all) socket.destroy()
      return new Promise(resolve => {
        server.close(() => resolve())
      })
    },
  }
}

async function listen(server: Server, path: string): Promise<void> {
  // Whoever holds the journal's lock is the only agent, so a socket that is there was left by a dead one.
  rmSync(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o666)
}

/** Reads messages of a socket: its token first. For anything else it is cut. */
function converse(socket: Socket, present: (token: string) => void, cut: (code: ErrorCode) => void): WorkerConnection {
  const split = lineSplitter(lineLength)
  const early: FromWorker[] = []
  let listener: ((message: FromWorker) => void) | undefined
  let presented = false
  const take = (message: FromWorker | undefined): void => {
    if (message?.type === 'here' && !presented) {
      presented = true
      present(message.token)
    } else if (!message) cut('input.invalid')
    else if (message.type === 'here' || !presented) cut('local.unauthorized')
    else if (listener) listener(message)
    else early.push(message)
  }
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => {
    const lines = split(piece)
    if (!lines) cut('input.too_large')
    for (const line of lines ?? []) if (!socket.destroyed) take(parseFromWorker(line))
  })
  socket.on('error', () => socket.destroy())
  return {
    send: message => {
      if (!socket.writable) return
      socket.write(`${JSON.stringify(message)}\n`)
      // One that asks and never reads would fill the memory of the main process, and end every run with it.
      if (socket.writableLength > mostUnread) socket.destroy()
    },
    onMessage: next => {
      listener = next
      for (const message of early.splice(0)) next(message)
    },
    closed: new Promise(resolve => socket.once('close', () => resolve())),
    end: () => {
      listener = () => {}
      socket.destroy()
    },
  }
}
