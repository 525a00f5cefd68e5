import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { helloText, newId, type AgentFrame } from '@platen/protocol'
import type { Api } from '@platen/lab'

/** Keys of an agent in hands that they may not be in. */
export interface Identity {
  readonly agentId: string
  readonly siteId: string
  /** The gateway's name, to which tokens are made out. */
  readonly gateway: string
  readonly key: KeyObject
}

/** A site with an agent that nobody runs. */
export async function newIdentity(api: Api, url: string): Promise<Identity> {
  const { id: siteId } = await api.request<{ id: string }>('POST', '/v1/sites', { url })
  const { token } = await api.request<{ token: string }>('POST', `/v1/sites/${siteId}/enrolment`, {})
  const { privateKey: key } = generateKeyPairSync('ed25519')
  const body = { token, publicKey: key.export({ format: 'jwk' }).x, siteUrl: url, version: '0.0.0' }
  const { agentId, gateway } = await api.request<{ agentId: string; gateway: string }>('POST', '/v1/agents/enrol', body)
  return { agentId, siteId, gateway, key }
}

/** Signs a text, base64url. */
export function signText(key: KeyObject, text: string): string {
  return sign(null, Buffer.from(text), key).toString('base64url')
}

/** A JWT as agents make it; `claims` changes what an attempt is about. */
export function connectionToken({ agentId, gateway, key }: Identity, claims: Readonly<Record<string, unknown>> = {}): string {
  const iat = Math.floor(Date.now() / 1_000)
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encoded({ alg: 'EdDSA', typ: 'JWT' })}.${encoded({ iss: agentId, aud: gateway, iat, exp: iat + 60, jti: randomBytes(8).toString('hex'), ...claims })}`
  return `${text}.${signText(key, text)}`
}

/** A hello that answers a challenge. */
export function helloFrame(
  { agentId, key }: Identity,
  challenge: { readonly nonce: string; readonly gateway: string },
  change: Partial<Extract<AgentFrame, { type: 'hello' }>> = {},
): Extract<AgentFrame, { type: 'hello' }> {
  const instanceId = newId('inst')
  const signature = signText(key, helloText(challenge, agentId, instanceId))
  return {
    type: 'hello',
    agentId,
    instanceId,
    signature,
    revisions: [1],
    capabilities: [],
    version: '0.0.0',
    running: [],
    stateSeq: 0,
    ...change,
  }
}
