/** What an agent does after a close: come back with back-off, come back at the slot it was given, or stop and tell its operator. */
export type CloseRetry = 'backoff' | 'slot' | 'never'

/** One row of the close table. */
export interface CloseCode {
  readonly name: string
  readonly retry: CloseRetry
  readonly meaning: string
}

/** WebSocket close codes of the application range, each with its retry policy. */
export const closeCodes = {
  4000: { name: 'internal', retry: 'backoff', meaning: 'The gateway failed; nothing is wrong with the agent.' },
  4001: { name: 'hello.timeout', retry: 'backoff', meaning: 'No valid hello came in time.' },
  4002: { name: 'hello.refused', retry: 'never', meaning: 'The nonce was not signed by the key on record.' },
  4003: { name: 'agent.revoked', retry: 'never', meaning: 'The agent’s key was revoked or replaced.' },
  4004: { name: 'agent.replaced', retry: 'backoff', meaning: 'The same instance connected again; the newest connection stays.' },
  4005: { name: 'revision.unsupported', retry: 'never', meaning: 'No revision that both sides speak.' },
  4006: { name: 'frame.invalid', retry: 'backoff', meaning: 'A frame could not be read or broke its schema.' },
  4007: { name: 'frame.too_large', retry: 'backoff', meaning: 'A frame was over the size bound.' },
  4008: { name: 'rate.limited', retry: 'backoff', meaning: 'More frames a second than allowed.' },
  4009: { name: 'frame.out_of_state', retry: 'backoff', meaning: 'A frame that this state of the session does not allow.' },
  4010: { name: 'gateway.draining', retry: 'slot', meaning: 'The gateway is going away; the goodbye before it names the slot.' },
  4011: { name: 'heartbeat.lost', retry: 'backoff', meaning: 'Nothing was heard for too long.' },
  4012: { name: 'consumer.slow', retry: 'backoff', meaning: 'The receiver let too much pile up.' },
  4013: { name: 'agent.changed', retry: 'backoff', meaning: 'What the agent may do has changed; it counts from the next connection on.' },
} as const

/** A close code of the table. */
export type CloseCodeNumber = keyof typeof closeCodes

const table: Readonly<Record<CloseCodeNumber, CloseCode>> = closeCodes

/** The retry policy of any close code: those not in the table (network, proxies) are worth another try. */
export function closeRetry(code: number): CloseRetry {
  return Object.hasOwn(table, code) ? table[code as CloseCodeNumber].retry : 'backoff'
}

/**
 * How the table calls what a socket refuses before it is a frame: by the code of an error of `ws`. Undefined where nothing was refused,
 * but the connection broke.
 */
export function closeCodeOfSocketError(code: string | undefined): CloseCodeNumber | undefined {
  if (code === undefined || !code.startsWith('WS_ERR_')) return undefined
  return code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 4007 : 4006
}
