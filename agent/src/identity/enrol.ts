import { errorRow, isErrorCode, PlatenError, type DocumentBundle, type DocumentPolicy } from '@platen/protocol'
import { checkBundle } from './bundle.ts'
import { enrolmentKey, enrolmentKeyPath, forgetEnrolmentKey } from './enrolment-key.ts'
import { identityPath, writeIdentity } from './identity-file.ts'
import type { Owner } from './private-file.ts'

/** What enrolling needs. */
export interface EnrolOptions {
  /** The bundle as the operator gave it, by file or stdin. */
  readonly bundleText: string
  readonly policy: DocumentPolicy
  /** The agent's version, for the gateway's record. */
  readonly version: string
  /** The agent's user, where root enrols for it. */
  readonly owner?: Owner
  readonly now?: () => number
}

/** What the gateway made of it. */
export interface Enrolled {
  readonly agentId: string
  readonly siteId: string
  readonly gateway: string
}

const answerMs = 10_000
const mostAnswerBytes = 65_536

/**
 * Makes a key pair, shows the one-time token to the first gateway of the bundle that answers, and writes the identity once
 * that gateway has said yes: an identity that was there stays as it is until then. A running agent uses the new one after
 * its next start. Where no answer came the key is kept: the gateway may have taken the token, and gives its answer again to
 * that key alone.
 *
 * @throws PlatenError enrol.bundle_invalid, enrol.token_expired, enrol.token_invalid, gateway.unreachable, rate.limited, file.denied
 */
export async function enrol({ bundleText, policy, version, owner, now = Date.now }: EnrolOptions): Promise<Enrolled> {
  const bundle = checkBundle(bundleText, policy, now())
  const keyPath = enrolmentKeyPath(policy)
  const keys = enrolmentKey(keyPath, bundle.token, owner)
  const request = { token: bundle.token, publicKey: keys.publicKey, siteUrl: bundle.siteUrl, version }
  const enrolled = await askAny(bundle.gateways, request)
  if (enrolled.siteId !== bundle.siteId) throw new PlatenError('enrol.bundle_invalid', 'The gateway knows the token for another site.')
  const { gateways, signerRoot } = bundle
  writeIdentity(identityPath(policy), { version: 1, ...enrolled, gateways, signerRoot, ...keys }, owner)
  forgetEnrolmentKey(keyPath)
  return enrolled
}

/** A gateway that does not answer passes the turn on; one that refuses ends it, since all of them share what they know. */
async function askAny(gateways: DocumentBundle['gateways'], request: unknown): Promise<Enrolled> {
  let last = new PlatenError('gateway.unreachable')
  for (const gateway of gateways) {
    try {
      return await ask(gateway, request)
    } catch (error) {
      if (!(error instanceof PlatenError) || error.code !== 'gateway.unreachable') throw error
      last = error
    }
  }
  throw last
}

async function ask(gateway: string, request: unknown): Promise<Enrolled> {
  const { status, json } = await post(new URL('v1/agents/enrol', gateway.endsWith('/') ? gateway : `${gateway}/`), request)
  if (status >= 200 && status < 300) return checkedAnswer(gateway, json)
  const code = (json as { code?: unknown } | null)?.code
  if (isErrorCode(code) && errorRow(code).status < 500) throw new PlatenError(code)
  throw new PlatenError('gateway.unreachable', `${gateway} answered ${status}.`)
}

async function post(url: URL, request: unknown): Promise<{ status: number; json: unknown }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    })
    return { status: response.status, json: await boundedJson(response) }
  } catch (error) {
    throw new PlatenError('gateway.unreachable', `${url.origin}: ${(error as Error).message}.`, { cause: error })
  }
}

async function boundedJson(response: Response): Promise<unknown> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.length
    if (bytes > mostAnswerBytes) throw new Error('the answer is too large')
    pieces.push(piece)
  }
  return JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown
}

/** What a gateway that said yes made of it. @throws PlatenError gateway.unreachable */
export function checkedAnswer(gateway: string, json: unknown): Enrolled {
  const { agentId, siteId, gateway: name } = (json ?? {}) as Record<string, unknown>
  const known = typeof agentId === 'string' && typeof siteId === 'string' && typeof name === 'string'
  if (!known || !/^agent_[0-9a-f-]{36}$/.test(agentId) || name.length > 200) {
    throw new PlatenError('gateway.unreachable', `${gateway} answered something else than an identity.`)
  }
  return { agentId, siteId, gateway: name }
}
