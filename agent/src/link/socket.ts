import { closeCodeOfSocketError, limits, subprotocol, type CloseCodeNumber } from '@platen/protocol'
import { WebSocket } from 'ws'
import type { Clock } from '../ports/clock.ts'
import type { ConnectionEnd } from './reconnect.ts'
import { readRefusal } from './refused-upgrade.ts'

/** What the owner of a socket hears. `end` comes once, last, whatever happens. */
export interface SocketListener {
  open(): void
  text(text: string): void
  /** A sign of life that carries nothing. */
  pong(): void
  /** Asks for one; it is up to the owner to answer. */
  ping(data: Buffer): void
  /** Something came that can be no frame: it is up to the owner to close. */
  unreadable(code: CloseCodeNumber, detail: string): void
  end(end: ConnectionEnd): void
}

/** One WebSocket's life, from the upgrade to its end. */
export interface LinkSocket {
  send(text: string): void
  /** Asks the peer for a sign of life. */
  ping(): void
  /** Answers a ping. */
  pong(data: Buffer): void
  /** Bytes that wait to leave. */
  waitingBytes(): number
  /** Starts the closing handshake, and ends the socket even where the peer has no part in it. */
  close(code: number, reason: string): void
}

/** The gateway's address and what is shown to it. */
export interface Door {
  /** Base URL, http or https. */
  readonly gateway: string
  readonly token: string
}

const handshakeMs = 10_000
const closeMs = 2_000

/** Opens a socket to a gateway. Never throws: an address that can't be used ends as `unreachable`. */
export function openSocket({ gateway, token }: Door, listener: SocketListener, clock: Clock): LinkSocket {
  const socket = new WebSocket(linkUrl(gateway), [subprotocol], {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    maxPayload: limits.link.frameBytes,
    maxFragments: limits.link.frameFragments,
    autoPong: false,
    handshakeTimeout: handshakeMs,
    followRedirects: false,
  })
  let ended = false
  let closing: { readonly code: number; readonly reason: string } | undefined
  let failure = 'the connection was lost'
  const end = (how: ConnectionEnd): void => {
    if (ended) return
    ended = true
    listener.end(how)
  }
  socket.on('open', () => listener.open())
  socket.on('message', (data, isBinary) => {
    if (isBinary) listener.unreadable(4006, 'binary')
    else listener.text((data as Buffer).toString('utf8'))
  })
  socket.on('pong', () => listener.pong())
  socket.on('ping', data => listener.ping(data))
  socket.on('unexpected-response', (request, response) => {
    readRefusal(response, clock, how => {
      end(how)
      request.destroy()
    })
  })
  // `close` follows an error; what the error says is kept for it.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.message
    const refused = closeCodeOfSocketError(error.code)
    if (refused !== undefined) listener.unreadable(refused, error.message)
  })
  socket.on('close', (code, reason) => end(endOf(code, reason.toString('utf8'))))
  const endOf = (code: number, reason: string): ConnectionEnd => {
    if (closing) return { type: 'closed', ...closing }
    return code === 1006 ? { type: 'unreachable', message: failure } : { type: 'closed', code, reason }
  }
  const close = (code: number, reason: string): void => {
    if (ended || closing) return
    closing = { code, reason }
    if (socket.readyState === WebSocket.CONNECTING) return socket.terminate()
    socket.close(code, reason)
    clock.after(closeMs, () => socket.terminate())
  }
  // A send after the end is lost like any frame in flight: what matters is sent again after the next welcome.
  const ifOpen = (act: () => void): void => {
    if (socket.readyState === WebSocket.OPEN) act()
  }
  return {
    send: text => ifOpen(() => socket.send(text)),
    ping: () => ifOpen(() => socket.ping()),
    pong: data => ifOpen(() => socket.pong(data)),
    waitingBytes: () => socket.bufferedAmount,
    close,
  }
}

function linkUrl(gateway: string): URL {
  const url = new URL('v1/agents/link', gateway.endsWith('/') ? gateway : `${gateway}/`)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url
}
