import { randomBytes } from 'node:crypto'
import { limits } from '@platen/protocol'
import type { AgentIdentity } from '../ports/agent-identity.ts'

const header = encoded({ alg: 'EdDSA', typ: 'JWT' })

/** A JWT that admits this agent to one handshake with its gateway. `nowMs` is the gateway's time as far as it is known. */
export function connectionToken(identity: Pick<AgentIdentity, 'agentId' | 'gateway' | 'sign'>, nowMs: number): string {
  const iat = Math.floor(nowMs / 1_000)
  const claims = {
    iss: identity.agentId,
    aud: identity.gateway,
    iat,
    exp: iat + limits.link.tokenSeconds,
    jti: randomBytes(16).toString('base64url'),
  }
  const text = `${header}.${encoded(claims)}`
  return `${text}.${identity.sign(text)}`
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
