import type { Duplex } from 'node:stream'
import { errorRow, PlatenError } from '@platen/protocol'

/** Why what is no HTTP is refused. */
export const notHttp: PlatenError = new PlatenError('input.invalid', 'The request is not HTTP.')

const answer = ((): string => {
  const { code, message } = notHttp
  const text = JSON.stringify({ code, message, hint: errorRow(code).hint })
  return `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`
})()

/** Answers what is no HTTP, before there is a request to answer, and ends the socket: whoever keeps his half open takes a place that others need. */
export function refuseNotHttp(socket: Duplex): void {
  socket.end(answer, () => socket.destroy())
}
