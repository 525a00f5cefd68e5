import { createPublicKey, verify } from 'node:crypto'
import { helloText, rotationText, type AgentFrame } from '@platen/protocol'

/** What an agent proves itself with. */
export type Hello = Extract<AgentFrame, { type: 'hello' }>
type KeyOffer = Extract<AgentFrame, { type: 'key.offer' }>

/** Which of an agent's keys signed a hello: for this challenge, this gateway, this agent and this process of it. */
export function signerOfHello(
  hello: Hello,
  challenge: { readonly nonce: string; readonly gateway: string },
  keys: readonly string[],
): string | undefined {
  const text = helloText(challenge, hello.agentId, hello.instanceId)
  return keys.find(key => isSigned(text, hello.signature, key))
}

/** Whether both the key in use and the new one signed the change from one to the other. */
export function isSignedOffer(offer: KeyOffer, gateway: string, agentId: string, key: string): boolean {
  const text = rotationText(gateway, agentId, key, offer.publicKey)
  return offer.publicKey !== key && isSigned(text, offer.signature, key) && isSigned(text, offer.proof, offer.publicKey)
}

function isSigned(text: string, signature: string, publicKey: string): boolean {
  // A made-up key may be no point of the curve: then nothing is signed by it.
  if (Buffer.from(publicKey, 'base64url').length !== 32) return false
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
}
