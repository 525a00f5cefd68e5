import { createHash } from 'node:crypto'
import { subprotocol } from '@platen/protocol'

/** Of RFC 6455, section 1.3. */
const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** The answer that lets an upgrade in, whoever asks. */
export function acceptingHead(head: string): string {
  const key = /sec-websocket-key: *(\S+)/i.exec(head)?.[1] ?? ''
  const accept = createHash('sha1').update(`${key}${magic}`).digest('base64')
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
