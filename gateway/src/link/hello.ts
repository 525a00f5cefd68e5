import { createPublicKey, verify } from 'node:crypto'
import { helloText, type AgentFrame } from '@platen/protocol'

type Hello = Extract<AgentFrame, { type: 'hello' }>

/** Whether a hello is signed by the key on record: for this challenge, this gateway, this agent and this process of it. */
export function isSignedHello(hello: Hello, challenge: { readonly nonce: string; readonly gateway: string }, publicKey: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  const text = helloText(challenge, hello.agentId, hello.instanceId)
  return verify(null, Buffer.from(text), key, Buffer.from(hello.signature, 'base64url'))
}
