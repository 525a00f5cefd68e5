import { pino, stdSerializers } from 'pino'
import type { Log } from '../ports/log.ts'

/** Members that may hold a secret, whoever logs them. */
const redacted = ['token', 'secret', 'authorization', 'privateKey', 'signature', '*.token', '*.secret', '*.authorization', '*.privateKey']

/** JSON lines on stderr. */
export function pinoLog(level: string): Log {
  // An error's own members are its code at most: words, stack and cause have to be asked for.
  const serializers = { error: stdSerializers.err }
  const logger = pino({ level, redact: redacted, serializers, base: { program: 'gateway' } }, pino.destination(2))
  return {
    info: (event, members = {}) => logger.info({ event, ...members }),
    warn: (event, members = {}) => logger.warn({ event, ...members }),
    error: (event, members = {}) => logger.error({ event, ...members }),
  }
}
