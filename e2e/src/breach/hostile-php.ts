import { chmodSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { recordReader } from '@platen/agent/decoders'

/** PHP of a site in the wrong hands, at the other end of PHP-FPM's socket. */
export interface HostilePhp {
  /** What a command is answered from now on; undefined never answers. */
  answer: (command: string, args: unknown) => object | undefined | Promise<object>
  close(): Promise<void>
}

/** Bytes of one record. */
const mostContent = 65_535
const recordTypes = { stdin: 5, stdout: 6, end: 3 } as const

/** What a WordPress that is well would say. */
export const wellDescribed: Readonly<Record<string, unknown>> = {
  pluginVersion: '0.1.0',
  wordpressVersion: '7.1',
  phpVersion: '8.4',
  homeUrl: 'http://ward-0.example',
  siteUrl: 'http://ward-0.example',
  contentUrl: 'http://ward-0.example/wp-content',
  uploadsUrl: 'http://ward-0.example/wp-content/uploads',
  contentPath: 'wp-content',
  uploadsPath: 'wp-content/uploads',
  blogId: 1,
  multisite: false,
  tablePrefix: 'wp_',
  database: { host: 'elsewhere.example', name: 'wordpress' },
  maintenance: false,
}

/** Listens where PHP-FPM would. */
export async function openHostilePhp(path: string): Promise<HostilePhp> {
  const sockets = new Set<Socket>()
  const php: HostilePhp = {
    answer: command => (command === 'site.describe' ? wellDescribed : {}),
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // The agent goes away when it has its answer.
    socket.on('error', () => socket.destroy())
    const read = recordReader()
    let body = ''
    socket.on('data', (piece: Buffer) => {
      for (const { type, content } of read(piece) ?? []) {
        if (type !== recordTypes.stdin) continue
        body += content.toString()
        if (content.length === 0) void reply(socket, body, php)
      }
    })
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  chmodSync(path, 0o666)
  return php
}

async function reply(socket: Socket, body: string, php: HostilePhp): Promise<void> {
  const { command, args } = JSON.parse(body) as { command: string; args: unknown }
  const value = await php.answer(command, args)
  if (value === undefined) return
  const text = Buffer.from(`Content-Type: application/json\r\n\r\n${JSON.stringify({ ok: true, value })}`)
  for (let at = 0; at < text.length; at += mostContent) socket.write(record(recordTypes.stdout, text.subarray(at, at + mostContent)))
  socket.end(record(recordTypes.end, Buffer.alloc(8)))
}

function record(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 0xff, 0, 0]), content])
}
