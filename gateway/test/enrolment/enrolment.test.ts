import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId } from '@platen/protocol'
import { invite, redeem, type EnrolmentParts } from '../../src/enrolment/enrolment.ts'
import type { Hint } from '../../src/domain/hint.ts'
import type { Store } from '../../src/ports/store.ts'
import { temporaryStore } from '../support/temporary-store.ts'

describe('enrolment', () => {
  const accountId = newId('acct')
  const siteId = newId('site')
  const siteUrl = 'https://example.org'
  let store: Store
  let hints: Hint[]
  let now: number
  let parts: EnrolmentParts

  beforeEach(async () => {
    store = temporaryStore()
    hints = []
    now = 1_000_000
    parts = { agents: store.agents, bus: { publish: hint => hints.push(hint) }, gateway: 'gateway.test', now: () => now }
    await store.tokens.createAccount(accountId, 'account', 0)
    await store.sites.create({ id: siteId, accountId, url: siteUrl, createdAt: 0 })
  })
  afterEach(() => store.close())

  const publicKey = (): string => randomBytes(32).toString('base64url')
  const newToken = async (): Promise<string> => {
    const { token } = await invite(parts, { accountId, siteId })
    assert.ok(token)
    return token
  }
  const ask = (token: string, url = siteUrl) => redeem(parts, { token, publicKey: publicKey(), siteUrl: url, version: '0' })

  it('turns a token into the site’s agent, and keeps no token', async () => {
    const { token, expiresAt } = await invite(parts, { accountId, siteId })
    assert.ok(token)
    assert.equal(expiresAt, now + 900_000)
    const answer = await ask(token)
    assert.deepEqual([answer.siteId, answer.gateway], [siteId, 'gateway.test'])
    assert.equal((await store.agents.resolve(answer.agentId))?.siteId, siteId)
  })

  it('works once', async () => {
    const token = await newToken()
    const answers = await Promise.allSettled([ask(token), ask(token)])
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    await assert.rejects(ask(token), { code: 'enrol.token_invalid' })
  })

  it('answers the same again where the answer was lost, and says nothing of a new agent', async () => {
    await ask(await newToken())
    const request = { token: await newToken(), publicKey: publicKey(), siteUrl, version: '0' }
    const answer = await redeem(parts, request)
    assert.equal(hints.length, 1)
    now += 899_999
    assert.deepEqual(await redeem(parts, request), answer)
    assert.equal(hints.length, 1)
    await assert.rejects(redeem(parts, { ...request, publicKey: publicKey() }), { code: 'enrol.token_invalid' })
    now += 1
    await assert.rejects(redeem(parts, request), { code: 'enrol.token_expired' })
  })

  it('works for fifteen minutes', async () => {
    const token = await newToken()
    now += 900_000
    await assert.rejects(ask(token), { code: 'enrol.token_expired' })
  })

  it('works for the site that it was made for, and the refusal leaves the token as it is', async () => {
    const token = await newToken()
    await assert.rejects(ask(token, 'https://other.example'), { code: 'enrol.token_invalid' })
    await ask(token)
  })

  it('takes no key of another length and no token of nobody’s', async () => {
    const token = await newToken()
    await assert.rejects(redeem(parts, { token, publicKey: 'c2hvcnQ', siteUrl, version: '0' }), { code: 'input.invalid' })
    await assert.rejects(ask('unknown'), { code: 'enrol.token_invalid' })
  })

  it('again at the same site retires the agent that was there, and says so at once', async () => {
    const first = await ask(await newToken())
    const second = await ask(await newToken())
    assert.ok((await store.agents.resolve(first.agentId))?.revokedAt)
    assert.equal((await store.agents.resolve(second.agentId))?.revokedAt, undefined)
    assert.deepEqual(hints, [{ type: 'agent revoked', agentId: first.agentId }])
  })
})
