import type { RawData, WebSocket } from 'ws'

/** Whoever hears what a socket brings. */
export interface SocketOwner {
  takeMessage(data: Buffer, isBinary: boolean): void
  takePing(data: Buffer): void
  /** What went wrong is told by the end that follows. */
  socketFailed(code: string | undefined): void
  socketEnded(code: number): void
}

const owner = Symbol('owner')
type Owned = WebSocket & { readonly [owner]: SocketOwner }

/** Gives a socket an owner. All sockets share their listeners: closures of its own would live as long as each of them. */
export function ownSocket(socket: WebSocket, its: SocketOwner): void {
  Object.assign(socket, { [owner]: its })
  socket.on('message', onMessage).on('ping', onPing).on('error', onError).on('close', onClose)
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  ;(this as Owned)[owner].takeMessage(data as Buffer, isBinary)
}

function onPing(this: WebSocket, data: Buffer): void {
  ;(this as Owned)[owner].takePing(data)
}

function onError(this: WebSocket, error: NodeJS.ErrnoException): void {
  ;(this as Owned)[owner].socketFailed(error.code)
}

function onClose(this: WebSocket, code: number): void {
  ;(this as Owned)[owner].socketEnded(code)
}
