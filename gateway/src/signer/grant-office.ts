import { limits, PlatenError, problemField, problemText, type DocumentGrant } from '@platen/protocol'
import { documentValidators } from '@platen/protocol/validators/documents'
import { MinuteQuota } from '../domain/minute-quota.ts'
import type { SignerPolicy } from './signer-policy.ts'
import type { Grant, SigningKeys } from './signing-key.ts'

/** What a gateway asks for: everything that a grant says, apart from when it ends. */
export type GrantRequest = Omit<DocumentGrant, 'expiresAt'>

/** What was decided, for the audit. */
export interface Decision {
  readonly request: GrantRequest
  readonly refused?: 'kind' | 'rate'
}

/** Decides what is signed, by the signer's own policy. */
export class GrantOffice {
  readonly #keys: SigningKeys
  readonly #policy: SignerPolicy
  readonly #quota: MinuteQuota
  readonly #audit: (decision: Decision) => void
  readonly #now: () => number

  /** `audit` hears of every decision before the grant is given out. */
  constructor(keys: SigningKeys, policy: SignerPolicy, audit: (decision: Decision) => void, now: () => number = Date.now) {
    this.#keys = keys
    this.#policy = policy
    this.#quota = new MinuteQuota({ overall: policy.grantsPerMinute, each: policy.grantsPerSitePerMinute })
    this.#audit = audit
    this.#now = now
  }

  /** @throws PlatenError input.invalid, signer.refused, rate.limited */
  grant(asked: unknown): Grant {
    const payload = this.#checked(asked)
    const { expiresAt: _expiresAt, ...request } = payload
    const refused = this.#refusal(payload)
    this.#audit(refused ? { request, refused } : { request })
    if (refused === 'kind') throw new PlatenError('signer.refused', `It does not sign ${payload.kind}.`)
    if (refused === 'rate') throw new PlatenError('rate.limited', 'It signs no more this minute.')
    return this.#keys.grant(payload)
  }

  #refusal({ kind, siteId }: DocumentGrant): 'kind' | 'rate' | undefined {
    if (!this.#policy.kinds.includes(kind)) return 'kind'
    return this.#quota.take(siteId, this.#now()) ? undefined : 'rate'
  }

  /** The end of a grant's life is the signer's to say. */
  #checked(asked: unknown): DocumentGrant {
    const expiresAt = this.#now() + limits.job.grantSeconds * 1_000
    if (typeof asked !== 'object' || asked === null || 'expiresAt' in asked) throw new PlatenError('input.invalid')
    const payload = { ...asked, expiresAt }
    const check = documentValidators['grant']
    if (check?.(payload)) return payload as DocumentGrant
    throw new PlatenError('input.invalid', `${problemText(check?.errors)}.`, { field: problemField(check?.errors) })
  }
}
