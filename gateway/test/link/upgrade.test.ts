import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { GatewayFixture, gatewayName, type Enrolled } from './gateway-fixture.ts'
import { newKeys, token, upgrade } from './wire-agent.ts'

describe('an upgrade', () => {
  let gateway: GatewayFixture
  let agent: Enrolled

  beforeEach(async () => {
    gateway = await GatewayFixture.open()
    agent = await gateway.enrol()
  })
  afterEach(() => gateway.close())

  const seconds = (): number => Math.floor(Date.now() / 1_000)
  const claims = (): { iss: string; aud: string } => ({ iss: agent.agentId, aud: gatewayName })
  const refused: readonly (readonly [title: string, bearer: () => string | undefined])[] = [
    ['without a token', () => undefined],
    ['with a token that is none', () => 'none'],
    ['with a token of another key', () => token(newKeys(), claims())],
    ['with a token for another gateway', () => token(agent.keys, { ...claims(), aud: 'gateway.other' })],
    ['with a token for nobody', () => token(agent.keys, { iss: agent.agentId })],
    ['with a token of an unknown agent', () => token(agent.keys, { ...claims(), iss: 'agent_00000000-0000-7000-8000-000000000000' })],
    ['with a token whose issuer is a list', () => token(agent.keys, { ...claims(), iss: [[agent.agentId]] })],
    ['with a token that says it needs no signature', () => token(agent.keys, claims(), { alg: 'none' })],
    ['with a token that was signed with the public key as a secret', () => hmacToken(agent.keys.x, claims())],
    ['with a token that is over', () => token(agent.keys, { ...claims(), iat: seconds() - 120, exp: seconds() - 60 })],
    ['with a token from the future', () => token(agent.keys, { ...claims(), iat: seconds() + 600, exp: seconds() + 660 })],
    ['with a token that lives too long', () => token(agent.keys, { ...claims(), exp: seconds() + 3_600 })],
    ['with a token that never ends', () => token(agent.keys, { ...claims(), exp: undefined })],
  ]
  for (const [title, bearer] of refused) {
    it(`${title} is answered 401 with the server’s time`, async () => {
      const answer = await upgrade(gateway.url, bearer())
      assert.equal(!answer.ok && answer.status, 401)
      assert.ok(Math.abs(Date.parse(!answer.ok ? String(answer.headers['date']) : '') - Date.now()) < 5_000)
    })
  }

  it('asks for the subprotocol', async () => {
    const answer = await upgrade(gateway.url, gateway.token(agent), 'other')
    assert.equal(!answer.ok && answer.status, 400)
  })

  it('of another path is not found', async () => {
    const answer = await upgrade(`${gateway.url}/nowhere`, gateway.token(agent))
    assert.equal(!answer.ok && answer.status, 404)
  })
})

describe('a token of elsewhere', () => {
  it('is counted by its code, and told of by one line, with the address and without the token', async () => {
    const gateway = await GatewayFixture.open({ trustProxy: ['127.0.0.0/8'] })
    try {
      const { agentId, keys } = await gateway.enrol()
      const from = { 'x-forwarded-for': '198.51.100.1' }
      await upgrade(gateway.url, token(keys, { iss: agentId, aud: 'gateway.other' }), undefined, from)
      assert.equal(gateway.counted('link_upgrades', 'auth.token_invalid'), 1)
      assert.equal(gateway.counted('link_upgrades', 'admitted'), 0)
      const line = { event: 'link:upgrade_refused', members: { address: '198.51.100.1', code: 'auth.token_invalid' } }
      assert.deepEqual(gateway.lines, [line])
    } finally {
      await gateway.close()
    }
  })
})

describe('a storm of upgrades', () => {
  it('is admitted at the rate that was set; the others are told when to come', async () => {
    const gateway = await GatewayFixture.open({ rates: { upgradesPerSecond: 1 } })
    try {
      const agent = await gateway.enrol()
      const answers = await Promise.all([1, 2, 3, 4].map(() => upgrade(gateway.url, gateway.token(agent))))
      for (const answer of answers) if (answer.ok) answer.connection.end()
      const sentAway = answers.filter(answer => !answer.ok)
      assert.equal(sentAway.length, 3)
      for (const { status, headers } of sentAway) {
        assert.equal(status, 503)
        assert.ok(Number(headers['retry-after']) >= 1)
      }
    } finally {
      await gateway.close()
    }
  })

  it('of wrong tokens from one address is not even looked at after a while', async () => {
    const gateway = await GatewayFixture.open({ rates: { refusalsPerMinute: 2 }, trustProxy: ['127.0.0.0/8'] })
    try {
      const agent = await gateway.enrol()
      const knock = async (bearer: string, from: string): Promise<number> => {
        const answer = await upgrade(gateway.url, bearer, undefined, { 'x-forwarded-for': `10.9.9.9, ${from}, 127.0.0.1` })
        if (answer.ok) answer.connection.end()
        return answer.ok ? 101 : answer.status
      }
      const statuses: number[] = []
      for (let tries = 0; tries < 3; tries += 1) statuses.push(await knock('wrong', '198.51.100.1'))
      assert.deepEqual(statuses, [401, 401, 503])
      assert.equal(await knock(gateway.token(agent), '198.51.100.2'), 101)
    } finally {
      await gateway.close()
    }
  })
})

describe('a gateway that goes away', () => {
  it('in the middle of a storm, leaves nobody without an answer, and no socket behind', async () => {
    const gateway = await GatewayFixture.open()
    const agents = await Promise.all(Array.from({ length: 40 }, () => gateway.enrol()))
    const storm = agents.map(agent => upgrade(gateway.url, gateway.token(agent)))
    // Some are through by then, the others on their way.
    await Promise.race(storm)
    const leaving = gateway.leave()
    const answers = await Promise.allSettled(storm)
    await leaving
    const ends = await Promise.all(
      answers.map(async answer => {
        // The server closed before this one came to it.
        if (answer.status === 'rejected') return 'cut'
        return answer.value.ok ? answer.value.connection.closed : answer.value.status
      }),
    )
    for (const end of ends) assert.ok(end === 4010 || end === 503 || end === 'cut', String(end))
    assert.ok(ends.includes(4010))
    assert.equal(gateway.gauge('link_unproven'), 0)
    await gateway.store.close()
  })

  it('gives slots at the rate at which agents will be let in', async () => {
    const gateway = await GatewayFixture.open({ rates: { upgradesPerSecond: 20 } })
    try {
      const agents = await Promise.all(Array.from({ length: 20 }, () => gateway.enrol()))
      const connections = await Promise.all(agents.map(agent => gateway.welcomed(agent)))
      await gateway.link.drain({ firstMs: 1_000 })
      const slots = await Promise.all(connections.map(async connection => (await connection.next('goodbye')).afterMs))
      const perTenth = new Map<number, number>()
      for (const slot of slots) perTenth.set(Math.floor(slot / 100), (perTenth.get(Math.floor(slot / 100)) ?? 0) + 1)
      assert.ok(Math.max(...perTenth.values()) <= 3, `at most two in a tenth of a second, give or take one: ${slots.join(' ')}`)
      assert.ok(Math.max(...slots) <= 2_050 && Math.min(...slots) >= 1_000)
    } finally {
      await gateway.close()
    }
  })

  it('gives every agent a slot of its own, and lets none in any more', async () => {
    const gateway = await GatewayFixture.open({ rates: { upgradesPerSecond: 10 } })
    try {
      const agents = await Promise.all([1, 2, 3].map(() => gateway.enrol()))
      const connections = await Promise.all(agents.map(agent => gateway.welcomed(agent)))
      await gateway.link.drain({ firstMs: 5_000 })
      const slots = await Promise.all(connections.map(async connection => (await connection.next('goodbye')).afterMs))
      assert.deepEqual(await Promise.all(connections.map(({ closed }) => closed)), [4010, 4010, 4010])
      assert.equal(new Set(slots.map(slot => Math.floor((slot - 5_000) / 100))).size, 3)
    } finally {
      await gateway.close()
    }
  })
})

function hmacToken(secret: string, claims: object): string {
  const iat = Math.floor(Date.now() / 1_000)
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ alg: 'HS256' })}.${encode({ ...claims, iat, exp: iat + 60, jti: 'x' })}`
  return `${text}.${createHmac('sha256', Buffer.from(secret, 'base64url')).update(text).digest('base64url')}`
}
