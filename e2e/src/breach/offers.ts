import { createHash, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GrantOffice, SigningKeys } from '@platen/gateway/decoders'
import { canonicalJson, newId, type GatewayFrame, type Json } from '@platen/protocol'
import { got, stopped, type Outcome } from './attempt.ts'
import type { Field } from './field.ts'
import { signerPolicy, users } from './platform.ts'
import { asUser } from './shell.ts'
import type { Ward } from './ward.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>
type Grant = Offer['grant']
type Signed = Grant['certificate']

/** An offer that has no grant yet. */
export type Bare = Omit<Offer, 'grant'>

/** A job that signer and policy file allow. */
export function bareOffer(change: Partial<Bare> = {}): Bare {
  const input = { sections: ['disk'] }
  return {
    type: 'job.offer',
    jobId: newId('job'),
    attempt: 1,
    epoch: 1,
    settled: 0,
    kind: 'health.report',
    input,
    runMs: 30_000,
    ...change,
  }
}

/** What is asked of the signer for an offer. */
export function signingRequest(
  { siteId, agentId }: Pick<Ward, 'siteId' | 'agentId'>,
  { jobId, attempt, epoch, kind, input }: Bare,
): object {
  const inputHash = createHash('sha256')
    .update(canonicalJson(input as Json))
    .digest('base64url')
  return { siteId, agentId, jobId, attempt, epoch, kind, inputHash }
}

/** Asks the signer as the gateway's user; its grant, or why there is none. */
export async function askSigner({ signer }: Field, request: object): Promise<Grant | string> {
  const { status, json, error } = await asUser(users.gateway, {
    do: 'ask',
    socket: signer.socket,
    method: 'POST',
    path: '/sign',
    body: [request],
  })
  const [answer] = Array.isArray(json) ? (json as { grant?: Grant; code?: string }[]) : [json as { code?: string } | undefined]
  if (answer && 'grant' in answer && answer.grant) return answer.grant
  return error ?? answer?.code ?? String(status)
}

/** A grant that the signer really gave. @throws Error where it gave none */
export async function honestGrant(field: Field, ward: Ward, bare: Bare): Promise<Grant> {
  const grant = await askSigner(field, signingRequest(ward, bare))
  if (typeof grant === 'string') throw new Error(`the signer gave no grant: ${grant}`)
  return grant
}

/** A grant that the signer gave some time ago, and that never left the gateway. Made with the signer's own key, which the attacker has not. */
export function grantOf({ signer }: Field, ward: Ward, bare: Bare, agoMs: number): Grant {
  const { d, x } = JSON.parse(readFileSync(join(signer.folder, 'root-key.json'), 'utf8')) as { d: string; x: string }
  const privateKey = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' })
  const then = (): number => Date.now() - agoMs
  return new GrantOffice(new SigningKeys({ privateKey, publicKey: x }, then), signerPolicy, () => {}, then).grant(
    signingRequest(ward, bare),
  )
}

/** A grant under keys that the attacker made. `certificate` is another's, where one is at hand. */
export function forgedGrant(ward: Ward, bare: Bare, certificate?: Signed): Grant {
  const [root, key] = [generateKeyPairSync('ed25519').privateKey, generateKeyPairSync('ed25519').privateKey]
  const own = { key: key.export({ format: 'jwk' }).x, notBefore: 0, notAfter: 4_000_000_000_000 }
  const payload = { ...signingRequest(ward, bare), expiresAt: Date.now() + 60_000 }
  return { ...signed(key, payload), certificate: certificate ?? signed(root, own) }
}

function signed(key: KeyObject, value: unknown): Signed {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
  return { payload, signature: sign(null, Buffer.from(payload), key).toString('base64url') }
}

/** Offers a job over the gateway's own address; what the agent says to it. */
export async function offer(field: Field, ward: Pick<Ward, 'agentId'>, bare: Bare, grant: Grant): Promise<Outcome> {
  const agent = await (await field.rogue()).agent(ward.agentId)
  const before = agent.frames.length
  agent.say({ ...bare, grant })
  const isAnswer = (frame: { jobId: string }): boolean => frame.jobId === bare.jobId && agent.frames.indexOf(frame as never) >= before
  const [accepted, declined] = await Promise.race([
    agent.next('job.accept', isAnswer).then(frame => [frame, undefined] as const),
    agent.next('job.decline', isAnswer).then(frame => [undefined, frame] as const),
  ])
  if (accepted) return got('the agent accepted it')
  return stopped(declined?.code ?? (agent.closeCode === undefined ? undefined : `closed ${agent.closeCode}`))
}
