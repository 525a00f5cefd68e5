import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newId, type GatewayFrame } from '@platen/protocol'
import { answerOffer } from '../../src/link/answer-offer.ts'
import { checkGrant, type GrantChecker } from '../../src/link/grant.ts'
import { TestSigner, type Forgery } from './test-signer.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>

/** Whoever is told when a grant was signed. */
const noted = (): void => {}

describe('a grant', () => {
  const nowMs = 1_800_000_000_000
  const signer = new TestSigner()
  const checker: GrantChecker = { siteId: newId('site'), agentId: newId('agent'), signerRoot: signer.root, nowMs }
  const plain = {
    type: 'job.offer',
    jobId: newId('job'),
    attempt: 1,
    epoch: 3,
    kind: 'cache.purge',
    input: { urls: ['https://a.example/'], deep: [{ b: 1, a: [null, true] }] },
    runMs: 1_000,
    settled: 0,
  } as const
  const offer = (forgery: Forgery = {}, by = signer): Offer => ({ ...plain, grant: by.grant(plain, checker, nowMs, forgery) })
  const refused = (given: Offer, code: string, who = checker): void => assert.throws(() => checkGrant(given, who), { code })

  it('is believed when root, key, payload, agent and time fit', () => {
    checkGrant(offer(), checker)
  })

  it('is believed whatever the order of the input’s members', () => {
    const reordered = { deep: [{ a: [null, true], b: 1 }], urls: ['https://a.example/'] }
    checkGrant({ ...offer(), input: reordered }, checker)
  })

  it('is refused under another root than the pinned one', () => {
    refused(offer({}, new TestSigner()), 'grant.signer_unknown')
    refused(offer(), 'grant.signer_unknown', { ...checker, signerRoot: 'c2hvcnQ' })
  })

  it('is refused with a certificate that was changed', () => {
    const { grant } = offer()
    const payload = Buffer.from(JSON.stringify({ key: signer.root, notBefore: 0, notAfter: 9e15 })).toString('base64url')
    refused({ ...offer(), grant: { ...grant, certificate: { ...grant.certificate, payload } } }, 'grant.signer_unknown')
  })

  it('is refused under another root, and with another signature, also after its certificate was believed', () => {
    const given = offer()
    checkGrant(given, checker)
    refused(given, 'grant.signer_unknown', { ...checker, signerRoot: new TestSigner().root })
    const { certificate } = given.grant
    const forged = { ...certificate, signature: `${'A'.repeat(85)}A` }
    refused({ ...given, grant: { ...given.grant, certificate: forged } }, 'grant.signer_unknown')
    checkGrant(given, checker)
  })

  it('is refused with a payload that was changed, or a signature that is none', () => {
    const given = offer()
    const payload = offer({ payload: { epoch: 4 } }).grant.payload
    refused({ ...given, grant: { ...given.grant, payload } }, 'grant.invalid')
    for (const signature of ['AA', 'A'.repeat(86), given.grant.certificate.signature]) {
      refused({ ...given, grant: { ...given.grant, signature } }, 'grant.invalid')
    }
  })

  it('is refused when it says less or more than grants do', () => {
    refused(offer({ payload: { expiresAt: 'never' as unknown as number } }), 'grant.invalid')
    refused(offer({ payload: { admin: true } as object }), 'grant.invalid')
    refused(offer({ certificate: { notAfter: -1 } }), 'grant.invalid')
  })

  const others = {
    siteId: newId('site'),
    agentId: newId('agent'),
    jobId: newId('job'),
    attempt: 2,
    epoch: 4,
    kind: 'health.report',
    inputHash: 'aGFzaA',
  }
  for (const [name, value] of Object.entries(others)) {
    it(`is refused when it is for another ${name}`, () => refused(offer({ payload: { [name]: value } }), 'grant.mismatch'))
  }

  it('is refused for an input that was changed', () => {
    refused({ ...offer(), input: { urls: ['https://b.example/'] } }, 'grant.mismatch')
  })

  it('is refused when its time, or that of its key, is over or has not come', () => {
    refused(offer({ payload: { expiresAt: nowMs } }), 'grant.expired')
    refused(offer({ certificate: { notAfter: nowMs } }), 'grant.expired')
    refused(offer({ certificate: { notBefore: nowMs + 1 } }), 'grant.expired')
  })

  it('decides before anyone is asked to run the job; only what expired may come again', () => {
    const jobs = { offer: () => assert.fail('asked') }
    const forged = answerOffer(offer({}, new TestSigner()), checker, jobs, noted)
    assert.deepEqual(
      [forged.type, 'code' in forged && forged.code, 'retryAfterMs' in forged],
      ['job.decline', 'grant.signer_unknown', false],
    )
    const late = answerOffer(offer({ payload: { expiresAt: 1 } }), checker, jobs, noted)
    assert.equal('retryAfterMs' in late, true)
  })

  it('that was taken before is up to who runs jobs; a failure there is a decline for now', () => {
    const replayed = answerOffer(offer(), checker, { offer: () => ({ code: 'grant.replayed', message: 'again' }) }, noted)
    assert.equal('code' in replayed && replayed.code, 'grant.replayed')
    const failing = {
      offer: () => {
        throw new Error('disk')
      },
    }
    const failed = answerOffer(offer(), checker, failing, noted)
    assert.deepEqual(['code' in failed && failed.code, 'retryAfterMs' in failed], ['internal', true])
  })
})
