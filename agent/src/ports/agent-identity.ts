import type { KeyRing } from './key-ring.ts'
import type { ReceiptKeys } from './receipts.ts'

/** Who this agent is to the platform, and whom it believes. The private key stays behind `sign`. */
export interface AgentIdentity {
  readonly agentId: string
  readonly siteId: string
  /** Names this process: new at every start. */
  readonly instanceId: string
  /** The name of the gateway, which tokens are made out to. */
  readonly gateway: string
  /** Base URLs of gateways, tried in order. */
  readonly gateways: readonly string[]
  /** The signer's root key: 32 bytes Ed25519, base64url. */
  readonly signerRoot: string
  /** Ed25519 over the text's UTF-8, base64url. */
  sign(text: string): string
  /** Changes the key that signs; absent where it is fixed. */
  readonly keys?: KeyRing
  /** Sign receipts, by the key that the chain is at; absent where there are none. */
  readonly receiptKeys?: ReceiptKeys
}
