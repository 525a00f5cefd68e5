import { createPrivateKey, sign } from 'node:crypto'
import {
  Link,
  systemClock as clock,
  type AgentIdentity,
  type Fence,
  type Jobs,
  type Journal,
  type OutboxItem,
  type RunNews,
} from '@platen/agent'
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

const silent = { info: () => {}, warn: () => {}, error: () => {} }
const reports = { outcome: 'succeeded', effect: 'none', result: { summary: 'Nothing was done' } } as const
/** Jobs that are remembered, so that an offer that comes twice is done once. */
const mostKnown = 64

/** What whoever holds an agent hears of its jobs. */
export interface JobListener {
  /** It is done now, for the first time or once more. */
  readonly begun: (jobId: string) => void
  /** The gateway has stored its result. */
  readonly stored: (jobId: string) => void
}

/**
 * An agent with the whole protocol and no site: the product's own link, with every signature made and checked, over jobs that
 * end at once and a journal in memory, since in a fleet each agent has a disk of its own.
 */
export class SimulatedAgent {
  readonly link: Link
  readonly #outbox: OutboxItem[] = []
  readonly #running = new Map<string, Fence>()
  /** Epochs by job. */
  readonly #known = new Map<string, number>()
  readonly #named = new Map<string, string>()
  #lastId = 0
  #tell: (news: RunNews) => void = () => {}

  constructor(member: FleetMember, home: FleetHome, listener: JobListener) {
    this.link = new Link({
      identity: identityOf(member, home),
      jobs: this.#jobs(listener),
      journal: this.#journal(listener),
      clock,
      log: silent,
      version: '0.0.0',
      kinds: ['lab.noop'],
      facts: () => ({}),
    })
  }

  #jobs({ begun }: JobListener): Pick<Jobs, 'offer' | 'cancel' | 'forgot' | 'notice' | 'running' | 'subscribe'> {
    return {
      offer: offered => {
        const { jobId, attempt, epoch, settled, input } = offered
        const known = this.#known.get(jobId)
        if (known !== undefined && known >= epoch) return 'accepted'
        this.#remember(jobId, epoch)
        // Begun under a lease whose end the gateway does not know: it goes on, or is told of, under the new one.
        if (known !== undefined && known > settled) return this.#adopt({ jobId, attempt, epoch })
        begun(jobId)
        this.#running.set(jobId, { jobId, attempt, epoch })
        const { holdMs = 0 } = input as { readonly holdMs?: number }
        // In no case before the caller has answered: the accept leaves before the result.
        if (holdMs > 0) clock.after(holdMs, () => this.#end(jobId))
        else queueMicrotask(() => this.#end(jobId))
        return 'accepted'
      },
      cancel: () => 'unknown',
      forgot: () => {},
      notice: () => {},
      running: () => [...this.#running.values()],
      subscribe: listener => {
        this.#tell = listener
        return () => (this.#tell = () => {})
      },
    }
  }

  #remember(jobId: string, epoch: number): void {
    this.#known.set(jobId, epoch)
    if (this.#known.size > mostKnown) this.#known.delete(this.#known.keys().next().value as string)
  }

  #adopt(fence: Fence): 'accepted' {
    if (this.#running.has(fence.jobId)) this.#running.set(fence.jobId, fence)
    else this.#report(fence)
    return 'accepted'
  }

  #end(jobId: string): void {
    const fence = this.#running.get(jobId)
    this.#running.delete(jobId)
    if (fence) this.#report(fence)
  }

  #report(fence: Fence): void {
    this.#lastId += 1
    const frame = { type: 'job.result', ...fence, ...reports, finishedAt: clock.now() } as const
    const others = this.#outbox.filter(item => item.frame.jobId !== fence.jobId)
    this.#outbox.splice(0, this.#outbox.length, ...others, { id: this.#lastId, frame })
    this.#tell({ type: 'state', run: { jobId: fence.jobId, state: 'ended' } as RunNews['run'] })
  }

  #journal({ stored }: JobListener): Pick<Journal, 'outbox' | 'acknowledge' | 'get' | 'set'> {
    return {
      outbox: limit => this.#outbox.slice(0, limit),
      acknowledge: id => {
        const at = this.#outbox.findIndex(item => item.id === id)
        const [item] = at < 0 ? [] : this.#outbox.splice(at, 1)
        if (item) stored(item.frame.jobId)
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
