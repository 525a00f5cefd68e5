import { createPublicKey } from 'node:crypto'
import { decodeJwt, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose'
import { limits, PlatenError } from '@platen/protocol'
import type { Agent } from '../ports/agents.ts'

/** What a token is checked against. */
export interface TokenRules {
  /** This gateway's name: a token that is made out to another admits nobody. */
  readonly gateway: string
  readonly nowMs: number
  readonly resolve: (agentId: string) => Promise<Agent | undefined>
}

/** The longest token that is looked at, in characters. */
const mostLength = 2_048
const agentId = /^agent_[0-9a-f-]{36}$/
/** An agent knows the gateway's time from a header that has whole seconds. */
const toleranceSeconds = 5

/**
 * The agent that a connection token (`Authorization: Bearer`) admits to a handshake, and to nothing else.
 * @throws PlatenError auth.token_invalid, agent.revoked, store.unavailable
 */
export async function admittedAgent(authorization: string | undefined, { gateway, nowMs, resolve }: TokenRules): Promise<Agent> {
  const token = /^Bearer ([A-Za-z0-9_.-]+)$/.exec(authorization ?? '')?.[1]
  if (token === undefined || token.length > mostLength) throw new PlatenError('auth.token_invalid')
  const agent = await resolve(issuerOf(token))
  if (!agent) throw new PlatenError('auth.token_invalid')
  await verified(token, agent, gateway, nowMs)
  if (agent.revokedAt !== undefined) throw new PlatenError('agent.revoked')
  return agent
}

/** Who the token claims to be from, not checked yet. */
function issuerOf(token: string): string {
  try {
    const { iss } = decodeJwt(token)
    // Not checked yet, so it may be no text, whatever its type says.
    if (typeof iss === 'string' && agentId.test(iss)) return iss
  } catch (error) {
    throw new PlatenError('auth.token_invalid', undefined, { cause: error })
  }
  throw new PlatenError('auth.token_invalid')
}

/** By the key in use, or by the one that the agent is changing to. */
async function verified(token: string, agent: Agent, audience: string, nowMs: number): Promise<void> {
  try {
    const payload = await anyKey(token, [agent.publicKey, ...(agent.pendingKey === undefined ? [] : [agent.pendingKey])], {
      algorithms: ['EdDSA'],
      issuer: agent.id,
      audience,
      requiredClaims: ['exp', 'iat', 'jti'],
      maxTokenAge: limits.link.tokenSeconds,
      clockTolerance: toleranceSeconds,
      currentDate: new Date(nowMs),
    })
    if ((payload.exp ?? 0) - (payload.iat ?? 0) > limits.link.tokenSeconds) throw new Error('its life is too long')
  } catch (error) {
    throw new PlatenError('auth.token_invalid', undefined, { cause: error })
  }
}

async function anyKey(token: string, [key = '', ...others]: readonly string[], rules: JWTVerifyOptions): Promise<JWTPayload> {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' })
  try {
    return (await jwtVerify(token, publicKey, rules)).payload
  } catch (error) {
    if (others.length === 0) throw error
    return anyKey(token, others, rules)
  }
}
