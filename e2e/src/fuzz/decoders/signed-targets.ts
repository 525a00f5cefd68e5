import { sign, type KeyObject } from 'node:crypto'
import { checkGrant } from '@platen/agent/decoders'
import { admittedAgent, GrantOffice, isSignedOffer, SigningKeys, signerOfHello } from '@platen/gateway/decoders'
import { decodeFrame, helloText, kinds, rotationText, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import { agentFrameValidators } from '@platen/protocol/validators/agent-frames'
import { gatewayFrameValidators } from '@platen/protocol/validators/gateway-frames'
import type { Dice } from '../../chaos/dice.ts'
import { mutatedJson } from '../mutate-json.ts'
import { mutatedText } from '../mutate-text.ts'
import { keyOf, publicOf } from './keys.ts'
import { certificate, grant, ids } from './valid.ts'
import { jsonTarget, type Target } from './target.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>
type KeyOffer = Extract<AgentFrame, { type: 'key.offer' }>

const [privateKey, nextKey] = [keyOf(1), keyOf(2)]
const publicKey = publicOf(privateKey)
const agent = { id: ids.agentId, accountId: 'acct_1', siteId: ids.siteId, publicKey, createdAt: 0, facts: {}, stateSeq: 0 }
const hello = {
  type: 'hello' as const,
  ...ids,
  instanceId: 'inst_1',
  signature: 'AAAA',
  revisions: [1],
  capabilities: [],
  version: '1',
  running: [],
  stateSeq: 0,
}
const challenge = { nonce: 'a', gateway: 'platen' }
const claims = { iss: ids.agentId, aud: 'platen', iat: 1_000, exp: 1_060, jti: 'a' }

/** Text that whoever holds the key has signed, so that the readers behind the signature are reached. */
function signed(key: KeyObject, text: string): { readonly payload: string; readonly signature: string } {
  const payload = Buffer.from(text).toString('base64url')
  return { payload, signature: sign(null, Buffer.from(payload), key).toString('base64url') }
}

/** A grant as an offer carries it; `odd` is what becomes of the payloads before they are signed. */
function grantText(odd: (value: object) => string): string {
  const key = { ...certificate, key: publicKey }
  return JSON.stringify({ ...signed(privateKey, odd(grant)), certificate: signed(privateKey, odd(key)) })
}

/** Offers whose signatures fit, around payloads that don't. */
const offers: Target = {
  name: 'grants',
  valid: [grantText(value => JSON.stringify(value))],
  make: dice => grantText(value => (dice.between(0, 2) === 0 ? JSON.stringify(value) : mutatedJson(dice, value))),
  decode: input => {
    const { jobId } = ids
    const offer = {
      type: 'job.offer',
      jobId,
      attempt: 1,
      epoch: 3,
      settled: 0,
      kind: 'cache.purge',
      input: {},
      runMs: 60_000,
      grant: JSON.parse(String(input)) as unknown,
    }
    const decoded = decodeFrame<Offer>(JSON.stringify(offer), gatewayFrameValidators)
    return decoded.ok && checkGrant(decoded.frame, { ...ids, signerRoot: publicKey, nowMs: 1 })
  },
}

function tokenOf(header: string, payload: string): string {
  const text = [header, payload].map(part => Buffer.from(part).toString('base64url')).join('.')
  return `Bearer ${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`
}

/** Connection tokens whose signature fits, around claims that don't; and some that don't fit at all. */
const tokens: Target = {
  name: 'connection tokens',
  valid: [tokenOf('{"alg":"EdDSA"}', JSON.stringify(claims))],
  make: (dice: Dice) => {
    const header = dice.between(0, 2) === 0 ? mutatedJson(dice, { alg: 'EdDSA', typ: 'JWT' }) : '{"alg":"EdDSA"}'
    const token = tokenOf(header, mutatedJson(dice, claims))
    return dice.between(0, 3) === 0 ? mutatedText(dice, token, []) : token
  },
  decode: input =>
    admittedAgent(String(input), {
      gateway: 'platen',
      nowMs: 1_010_000,
      // A store binds what it is asked for, and can bind text alone.
      resolve: async id => {
        if (typeof id !== 'string') throw new TypeError('not text')
        return id === agent.id ? agent : undefined
      },
    }),
}

/** A change of keys that both keys have signed. */
function keyOffer(): KeyOffer {
  const text = Buffer.from(rotationText('platen', ids.agentId, publicKey, publicOf(nextKey)))
  const [signature, proof] = [privateKey, nextKey].map(key => sign(null, text, key).toString('base64url')) as [string, string]
  return { type: 'key.offer', publicKey: publicOf(nextKey), signature, proof }
}

function helloSignature(): string {
  return sign(null, Buffer.from(helloText(challenge, ids.agentId, hello.instanceId)), privateKey).toString('base64url')
}

const signerPolicy = { version: 1, kinds: kinds.map(({ name }) => name), grantsPerMinute: 1e9, grantsPerSitePerMinute: 1e9 } as const
const office = new GrantOffice(new SigningKeys({ privateKey, publicKey }), signerPolicy, () => {})
const { expiresAt: _expiresAt, ...request } = grant as Record<string, unknown>

/** What is read behind a signature, or to make one. */
export const signedTargets: readonly Target[] = [
  offers,
  tokens,
  jsonTarget('requests to the signer', [request], text => office.grant(parsed(text))),
  jsonTarget('offers of keys', [keyOffer()], text => {
    const decoded = decodeFrame<KeyOffer>(text, agentFrameValidators)
    return decoded.ok && isSignedOffer(decoded.frame, 'platen', ids.agentId, publicKey)
  }),
  jsonTarget('signatures of hellos', [{ signature: helloSignature() }], text => {
    const signature = (parsed(text) as { signature?: unknown } | undefined)?.signature
    return typeof signature === 'string' && signerOfHello({ ...hello, signature }, challenge, [publicKey])
  }),
]

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is not JSON is refused before.
    return undefined
  }
}
