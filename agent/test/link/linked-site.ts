import { kinds as productKinds, newId, type GatewayFrame } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { Link } from '../../src/link/link.ts'
import type { Journal } from '../../src/ports/journal.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { Runs } from '../../src/work/runs.ts'
import { freeOwner } from '../support/free-owner.ts'
import { HandWorkers } from '../support/hand-workers.ts'
import { testInputs, testKinds } from '../support/test-kinds.ts'
import { testPolicy } from '../support/test-policy.ts'
import { TestSigner, testKey } from './test-signer.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>

/** An agent with its link and real runs, whose workers end by hand. */
export interface LinkedSite {
  readonly runs: Runs
  readonly workers: HandWorkers
  readonly journal: Journal
  readonly link: Link
  readonly stop: () => Promise<void>
}

const ids = { agentId: newId('agent'), siteId: newId('site') }
const signer = new TestSigner()
const key = testKey()
const log = jsonLog('test', () => {})
const known = [...productKinds, ...testKinds]
const names = known.map(kind => kind.name)

/** The same site at every start, as its journal left it, with a gateway at this address and a policy file of those kinds. */
export function linkedSite(file: string, url: string, allowed: readonly string[] = names): LinkedSite {
  const journal = openJournal(file)
  const workers = new HandWorkers()
  const kinds = new Map(known.map(kind => [kind.name, kind]))
  // Back-off without the waiting: what is random is always the least.
  const clock = { ...systemClock, random: () => 0 }
  const policy = testPolicy('/srv', { kinds: [...allowed] })
  const inputs = { ...inputValidators, ...testInputs }
  const rules = { policy, kinds, inputs, purgeLimit: { refusal: () => undefined } }
  const runs = new Runs({ journal, workers, owner: freeOwner, ...rules, reports: true, clock, log })
  const at = { gateway: 'gateway.test', gateways: [url], signerRoot: signer.root, sign: key.sign }
  const identity = { ...ids, ...at, instanceId: newId('inst') }
  const link = new Link({ identity, jobs: runs, journal, clock, log, version: '0', kinds: names, facts: () => ({}) })
  const stop = async (): Promise<void> => {
    await link.close()
    journal.close()
  }
  return { runs, workers, journal, link, stop }
}

/** An offer to that site, with the signer's grant. */
export function granted(plain: Omit<Offer, 'type' | 'runMs' | 'grant'>): Offer {
  const offer = { type: 'job.offer', runMs: 60_000, ...plain } as const
  return { ...offer, grant: signer.grant(offer, ids, Date.now()) }
}
