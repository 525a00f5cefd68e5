import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { checkGrant } from '@platen/agent/decoders'
import { admittedAgent, GrantOffice, SigningKeys, signerOfHello } from '@platen/gateway/decoders'
import { decodeFrame, kinds, type GatewayFrame } from '@platen/protocol'
import { gatewayFrameValidators } from '@platen/protocol/validators/gateway-frames'
import type { Dice } from '../../chaos/dice.ts'
import { mutatedJson } from '../mutate-json.ts'
import { mutatedText } from '../mutate-text.ts'
import { certificate, grant, ids } from './valid.ts'
import { jsonTarget, type Target } from './target.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>

const { privateKey } = generateKeyPairSync('ed25519')
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
const claims = { iss: ids.agentId, aud: 'platen', iat: 1_000, exp: 1_060, jti: 'a' }

function publicOf(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x as string
}

/** Text that whoever holds the key has signed, so that the readers behind the signature are reached. */
function signed(key: KeyObject, text: string): { readonly payload: string; readonly signature: string } {
  const payload = Buffer.from(text).toString('base64url')
  return { payload, signature: sign(null, Buffer.from(payload), key).toString('base64url') }
}

/** Offers whose signatures fit, around payloads that don't. */
const offers: Target = {
  name: 'grants',
  make: dice => {
    const odd = (value: object): string => (dice.between(0, 2) === 0 ? JSON.stringify(value) : mutatedJson(dice, value))
    const key = { ...certificate, key: publicKey }
    return JSON.stringify({ ...signed(privateKey, odd(grant)), certificate: signed(privateKey, odd(key)) })
  },
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
      runMs: 1,
      grant: JSON.parse(String(input)) as unknown,
    }
    const decoded = decodeFrame<Offer>(JSON.stringify(offer), gatewayFrameValidators)
    if (decoded.ok) checkGrant(decoded.frame, { ...ids, signerRoot: publicKey, nowMs: 1 })
  },
}

/** Connection tokens whose signature fits, around claims that don't; and some that don't fit at all. */
const tokens: Target = {
  name: 'connection tokens',
  make: (dice: Dice) => {
    const header = dice.between(0, 2) === 0 ? mutatedJson(dice, { alg: 'EdDSA', typ: 'JWT' }) : '{"alg":"EdDSA"}'
    const text = [header, mutatedJson(dice, claims)].map(part => Buffer.from(part).toString('base64url')).join('.')
    const token = `Bearer ${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`
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

const signerPolicy = { version: 1, kinds: kinds.map(({ name }) => name), grantsPerMinute: 1e9, grantsPerSitePerMinute: 1e9 } as const
const office = new GrantOffice(new SigningKeys({ privateKey, publicKey }), signerPolicy, () => {})
const { expiresAt: _expiresAt, ...request } = grant as Record<string, unknown>

/** What is read behind a signature, or to make one. */
export const signedTargets: readonly Target[] = [
  offers,
  tokens,
  jsonTarget('requests to the signer', [request], text => office.grant(parsed(text))),
  jsonTarget('signatures of hellos', [{ signature: 'A'.repeat(86) }], text => {
    const signature = (parsed(text) as { signature?: unknown } | undefined)?.signature
    return typeof signature === 'string' && signerOfHello({ ...hello, signature }, { nonce: 'a', gateway: 'platen' }, [publicKey])
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
