import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { limits, PlatenError } from '@platen/protocol'
import { lineSplitter } from '../domain/line-splitter.ts'
import { parseFromWorker, type FromWorker, type ToWorker } from '../domain/worker-message.ts'
import type { Clock } from '../ports/clock.ts'

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

/** Listens at `path`. */
export async function openWorkerDoor(path: string, clock: Clock): Promise<WorkerDoor> {
  const expected = new Map<string, (connection: WorkerConnection) => void>()
  const all = new Set<Socket>()
  const unknown = new Set<Socket>()
  const server = createServer(socket => {
    all.add(socket)
    socket.once('close', () => all.delete(socket))
    greet(socket)
  })
  const greet = (socket: Socket): void => {
    // Whoever fills the door with silent sockets pushes out his own: a worker speaks at once.
    const oldest = unknown.size >= strangers ? unknown.values().next().value : undefined
    oldest?.destroy()
    unknown.add(socket)
    const takeBack = clock.after(strangerMs, () => socket.destroy())
    const connection = converse(socket, token => {
      takeBack()
      unknown.delete(socket)
      const admit = expected.get(token)
      expected.delete(token)
      if (admit) admit(connection)
      else socket.destroy()
    })
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

/** Reads messages of a socket: its token first. Anything else ends it. */
function converse(socket: Socket, present: (token: string) => void): WorkerConnection {
  const split = lineSplitter(lineLength)
  const early: FromWorker[] = []
  let listener: ((message: FromWorker) => void) | undefined
  let presented = false
  const take = (message: FromWorker | undefined): void => {
    if (message?.type === 'here' && !presented) {
      presented = true
      present(message.token)
    } else if (!message || message.type === 'here' || !presented) socket.destroy()
    else if (listener) listener(message)
    else early.push(message)
  }
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => {
    const lines = split(piece)
    if (!lines) socket.destroy()
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
