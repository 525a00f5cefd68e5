import { createPrivateKey, sign } from 'node:crypto'
import { Link, type AgentIdentity, type Jobs, type Journal, type OutboxItem, type RunNews } from '@platen/agent'
import { newId } from '@platen/protocol'

/** An enrolled agent of the simulator, as it is handed from process to process. */
export interface FleetMember {
  readonly agentId: string
  readonly siteId: string
  /** Ed25519, both halves, base64url. */
  readonly privateKey: string
  readonly publicKey: string
}

/** Where members connect to, and whom they believe. */
export interface FleetHome {
  readonly url: string
  readonly gateway: string
  readonly signerRoot: string
}

const clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  after: (ms: number, call: () => void) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
const silent = { info: () => {}, warn: () => {}, error: () => {} }
const reports = { outcome: 'succeeded', effect: 'none', result: { summary: 'Nothing was done' } } as const
/** Fences that are remembered, so that an offer that comes twice is done once. */
const mostKnown = 64

/**
 * An agent with the whole protocol and no site: the product's own link, with every signature made and checked, over jobs that
 * end at once and a journal in memory, since in a fleet each agent has a disk of its own.
 */
export class SimulatedAgent {
  readonly link: Link
  readonly #outbox: OutboxItem[] = []
  readonly #known = new Set<string>()
  readonly #named = new Map<string, string>()
  #lastId = 0
  #tell: (news: RunNews) => void = () => {}

  /** `acknowledged` is called for each result that the gateway has stored. */
  constructor(member: FleetMember, home: FleetHome, acknowledged: (jobId: string) => void) {
    this.link = new Link({
      identity: identityOf(member, home),
      jobs: this.#jobs(),
      journal: this.#journal(acknowledged),
      clock,
      log: silent,
      version: '0.0.0',
      kinds: ['lab.noop'],
      facts: () => ({}),
    })
  }

  #jobs(): Pick<Jobs, 'offer' | 'cancel' | 'forgot' | 'running' | 'subscribe'> {
    return {
      offer: ({ jobId, attempt, epoch }) => {
        const fence = `${jobId} ${epoch}`
        if (this.#known.has(fence)) return 'accepted'
        this.#known.add(fence)
        if (this.#known.size > mostKnown) this.#known.delete(this.#known.values().next().value as string)
        const frame = { type: 'job.result', jobId, attempt, epoch, ...reports, finishedAt: clock.now() } as const
        this.#outbox.push({ id: (this.#lastId += 1), frame })
        const run = { jobId, state: 'ended' } as RunNews['run']
        // After the caller has answered: the accept leaves before the result.
        queueMicrotask(() => this.#tell({ type: 'state', run }))
        return 'accepted'
      },
      cancel: () => 'unknown',
      forgot: () => {},
      running: () => [],
      subscribe: listener => {
        this.#tell = listener
        return () => (this.#tell = () => {})
      },
    }
  }

  #journal(acknowledged: (jobId: string) => void): Pick<Journal, 'outbox' | 'acknowledge' | 'get' | 'set'> {
    return {
      outbox: limit => this.#outbox.slice(0, limit),
      acknowledge: jobId => {
        const at = this.#outbox.findIndex(({ frame }) => frame.jobId === jobId)
        if (at !== -1) this.#outbox.splice(at, 1)
        acknowledged(jobId)
      },
      get: name => this.#named.get(name),
      set: (name, value) => void this.#named.set(name, value),
    }
  }
}

function identityOf({ agentId, siteId, privateKey, publicKey }: FleetMember, { url, gateway, signerRoot }: FleetHome): AgentIdentity {
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: privateKey, x: publicKey }, format: 'jwk' })
  return {
    agentId,
    siteId,
    instanceId: newId('inst'),
    gateway,
    gateways: [url],
    signerRoot,
    sign: text => sign(null, Buffer.from(text), key).toString('base64url'),
  }
}
