import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Link, openJournal, type AgentIdentity, type Jobs, type Journal, type Run, type RunNews } from '@platen/agent'
import { invite, memoryBus, openLink, redeem, sqliteStore, type GatewayLink, type Job, type Signer, type Store } from '@platen/gateway'
import { kinds, newId } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { resultValidators } from '@platen/protocol/validators/results'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const purged = { summary: 'Done', layers: [], proof: [], refreshed: 0 }

/** Runs every job at once, and journals its end with its report, as the agent does. */
class InstantJobs implements Pick<Jobs, 'offer' | 'cancel' | 'running' | 'subscribe' | 'forgot'> {
  readonly ran: string[] = []
  readonly #journal: Journal
  #listener: (news: RunNews) => void = () => {}

  constructor(journal: Journal) {
    this.#journal = journal
  }

  forgot: Jobs['forgot'] = () => {}

  offer: Jobs['offer'] = offered => {
    if (this.#journal.find(offered.jobId)) return { code: 'grant.replayed', message: 'again' }
    this.ran.push(offered.jobId)
    const { jobId, attempt, epoch } = offered
    const end = { outcome: 'succeeded', effect: 'applied', result: purged } as const
    const { settled: _settled, ...identity } = offered
    const run: Run = { ...identity, origin: 'platform', createdAt: 1, state: 'ended', finishedAt: 2, end }
    this.#journal.save(run, [{ type: 'job.result', jobId, attempt, epoch, ...end, finishedAt: 2 }])
    queueMicrotask(() => this.#listener({ type: 'state', run }))
    return 'accepted'
  }
  cancel: Jobs['cancel'] = () => 'unknown'
  running: Jobs['running'] = () => []
  subscribe: Jobs['subscribe'] = listener => {
    this.#listener = listener
    return () => (this.#listener = () => {})
  }
}

describe('agent and gateway, both ends of the link', () => {
  const root = generateKeyPairSync('ed25519').privateKey
  const accountId = newId('acct')
  let folder: string
  let store: Store
  let bus: ReturnType<typeof memoryBus>
  let server: Server
  let gateway: GatewayLink
  let journal: Journal
  let jobs: InstantJobs
  let identity: AgentIdentity
  let link: Link
  let port = 0

  /** Milliseconds that the site's clock is ahead. */
  const startAgent = (aheadMs = 0): void => {
    const clock = {
      now: () => Date.now() + aheadMs,
      monotonic: () => performance.now(),
      after: (ms: number, call: () => void) => {
        const timer = setTimeout(call, ms)
        return () => clearTimeout(timer)
      },
      // The shortest of all back-offs.
      random: () => 0,
    }
    link = new Link({ identity, jobs, journal, clock, log, version: '0.0.0', kinds: ['cache.purge'], facts: () => ({ version: '0.0.0' }) })
  }
  const startGateway = async (): Promise<void> => {
    server = createServer()
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
    gateway = openLink({
      server,
      store,
      bus,
      signer: signerOf(root),
      clock: { now: Date.now, after: (ms, call) => clearer(setTimeout(call, ms).unref()), random: Math.random },
      log,
      gateway: 'gateway.test',
      catalog: { kinds, inputs: inputValidators, results: resultValidators },
    })
  }
  const stopGateway = async (firstMs = 0): Promise<void> => {
    await gateway.drain({ firstMs })
    await new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }
  const enrol = async (siteId: string): Promise<AgentIdentity> => {
    const { token = '' } = await invite({ agents: store.agents, now: Date.now }, { accountId, siteId })
    const key = generateKeyPairSync('ed25519').privateKey
    const publicKey = key.export({ format: 'jwk' }).x as string
    const parts = { agents: store.agents, bus, gateway: 'gateway.test', now: Date.now }
    const { agentId } = await redeem(parts, { token, publicKey, siteUrl: 'https://a.example', version: '0' })
    return {
      agentId,
      siteId,
      instanceId: newId('inst'),
      gateway: 'gateway.test',
      gateways: [`http://127.0.0.1:${port}`],
      signerRoot: root.export({ format: 'jwk' }).x as string,
      sign: text => sign(null, Buffer.from(text), key).toString('base64url'),
    }
  }
  const queue = async (): Promise<string> => {
    const now = Date.now()
    const job: Job = {
      id: newId('job'),
      accountId,
      siteId: identity.siteId,
      kind: 'cache.purge',
      input: { everything: true, reason: randomBytes(4).toString('hex') },
      origin: 'platform',
      createdAt: now,
      queueDeadline: now + 60_000,
      attempt: 0,
      epoch: 0,
      settled: 0,
      state: 'queued',
      notBefore: now,
    }
    await store.jobs.create(job)
    bus.publish({ type: 'job queued', place: identity.siteId })
    return job.id
  }
  const stateOf = async (id: string): Promise<string | undefined> => (await store.jobs.find(accountId, id))?.state
  const until = async (isSo: () => boolean | Promise<boolean>, what: string): Promise<void> => {
    for (const end = Date.now() + 10_000; !(await isSo()); await new Promise(resolve => setImmediate(resolve))) {
      if (Date.now() > end) throw new Error(`never: ${what}`)
    }
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'platen-link-'))
    port = 0
    store = sqliteStore(join(folder, 'gateway.db'), { kinds, random: () => 0 })
    bus = memoryBus(log)
    journal = openJournal(join(folder, 'journal.db'))
    jobs = new InstantJobs(journal)
    const siteId = newId('site')
    await store.tokens.createAccount(accountId, 'account', 0)
    await store.sites.create({ id: siteId, accountId, url: 'https://a.example', createdAt: 0 })
    await startGateway()
    identity = await enrol(siteId)
  })
  afterEach(async () => {
    await link.close()
    await stopGateway()
    journal.close()
    await store.close()
    rmSync(folder, { recursive: true })
  })

  it('carry a hundred jobs from the queue to their results', async () => {
    startAgent()
    const ids = await Promise.all(Array.from({ length: 100 }, queue))
    for (const id of ids) await until(async () => (await stateOf(id)) === 'succeeded', 'succeeded')
    await until(() => journal.waiting() === 0, 'outbox empty')
    assert.deepEqual(jobs.ran.toSorted(), ids.toSorted())
  })

  it('lose nothing and record nothing twice when the gateway restarts again and again', async () => {
    startAgent()
    const ids: string[] = []
    for (let restarts = 0; restarts < 5; restarts += 1) {
      ids.push(...(await Promise.all([queue(), queue(), queue(), queue()])))
      await until(() => jobs.ran.length > restarts * 2, 'some ran')
      await stopGateway()
      await startGateway()
    }
    for (const id of ids) await until(async () => (await stateOf(id)) === 'succeeded', 'succeeded')
    await until(() => journal.waiting() === 0, 'outbox empty')
    assert.deepEqual(jobs.ran.toSorted(), ids.toSorted())
    for (const id of ids) {
      const events = await store.jobs.events(accountId, { jobId: id }, 0, 100)
      assert.equal(events.filter(({ type }) => type === 'job.succeeded').length, 1)
    }
  })

  it('find each other where the site’s clock is a week off', async () => {
    startAgent(-7 * 86_400_000)
    const id = await queue()
    await until(async () => (await stateOf(id)) === 'succeeded', 'succeeded')
  })

  it('part for good when the site is enrolled anew', async () => {
    startAgent()
    await until(() => link.state.state === 'open', 'open')
    await enrol(identity.siteId)
    await until(() => link.state.state === 'refused', 'refused')
    assert.match(link.state.lastClose ?? '', /4003 agent\.revoked/)
  })

  it('part until the slot of a goodbye', async () => {
    startAgent()
    await until(() => link.state.state === 'open', 'open')
    await stopGateway(60_000)
    await until(() => link.state.state === 'waiting', 'waiting')
    const { state } = link
    assert.ok(state.state === 'waiting' && state.until - Date.now() > 55_000)
    await startGateway()
  })
})

/** A signer of its own key, which the root certifies. */
function signerOf(root: KeyObject): Signer {
  const key = generateKeyPairSync('ed25519').privateKey
  const signed = (by: KeyObject, value: unknown): { payload: string; signature: string } => {
    const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
    return { payload, signature: sign(null, Buffer.from(payload), by).toString('base64url') }
  }
  const now = Date.now()
  const certificate = signed(root, { key: key.export({ format: 'jwk' }).x, notBefore: now - 60_000, notAfter: now + 3_600_000 })
  return { sign: async request => ({ ...signed(key, { ...request, expiresAt: Date.now() + 60_000 }), certificate }) }
}

function clearer(timer: NodeJS.Timeout): () => void {
  return () => clearTimeout(timer)
}
