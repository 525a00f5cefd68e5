import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { newId } from '@platen/protocol'
import { got, held, possible, refused, stopped, type Attempt, type Outcome } from '../attempt.ts'
import type { Field } from '../field.ts'
import { askAgent } from '../local-agent.ts'
import { askSigner, bareOffer, forgedGrant, grantOf, honestGrant, offer, signingRequest, type Bare } from '../offers.ts'
import { signerPolicy, users } from '../platform.ts'
import { asUser, tryAsking, tryFile, trySignal } from '../shell.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const wordMs = 10_000
const drainingCode = 4010
const lookMs = 100

/** A grant that the signer gave, for an offer that says something else. */
async function changed(field: Field, change: Partial<Bare>): Promise<Outcome> {
  const [ward] = field.wards
  const bare = bareOffer()
  return offer(field, ward, { ...bare, ...change }, await honestGrant(field, ward, bare))
}

/** Says something to an agent that no gateway says, and sees whether the agent stays. */
async function sayTo(field: Field, frame: object): Promise<Outcome> {
  const agent = await (await field.rogue()).agent(field.wards[0].agentId)
  agent.say(frame)
  const code = await agent.left()
  return code === undefined ? got('the agent took it') : stopped(`closed ${code}`)
}

async function asked(field: Field, request: object): Promise<Outcome> {
  const grant = await askSigner(field, request)
  return typeof grant === 'string' ? stopped(grant) : got('the signer signed it')
}

/** A site that is nobody's: the quota of the others is left alone. */
const nobody = { siteId: newId('site'), agentId: newId('agent') }

/** Twice as many and one, since a minute may end meanwhile. Asked from here: as whom one gets in is tried by the others. */
async function beyondRate({ signer }: Field): Promise<Outcome> {
  const asking = 2 * signerPolicy.grantsPerSitePerMinute + 1
  for (let count = 0; count < asking; count += 1) {
    const { json } = await askAgent({ socketPath: signer.socket }, 'POST', '/sign', [signingRequest(nobody, bareOffer())])
    const [answer] = json as unknown as { code?: string }[]
    if (answer?.code !== undefined) return stopped(answer.code)
  }
  return got(`it signed ${asking} in two minutes`)
}

async function replayed(field: Field, change: Partial<Bare>): Promise<Outcome> {
  const [ward] = field.wards
  const bare = bareOffer()
  const grant = await honestGrant(field, ward, bare)
  const first = await offer(field, ward, bare, grant)
  if (!first.done) throw new Error(`the first offer was declined: ${first.by}`)
  const agent = await (await field.rogue()).agent(ward.agentId)
  await agent.next('job.result', ({ jobId }) => jobId === bare.jobId)
  return offer(field, ward, { ...bare, ...change }, grant)
}

/** It has taken a grant that is newer than the one which is over, as agents at work have. */
async function withFalseTime(field: Field): Promise<Outcome> {
  const newer = bareOffer()
  const first = await offer(field, field.wards[1], newer, await honestGrant(field, field.wards[1], newer))
  if (!first.done) throw new Error(`the newer grant was declined: ${first.by}`)
  return inThePast(field)
}

/** It has taken none: that a false time is believed then is what makes its refusal by others one. */
async function afterStart(field: Field): Promise<Outcome> {
  await field.wards[1].stop()
  await field.wards[1].start()
  return inThePast(field)
}

/** The agent hears a time at which the grant was good. */
async function inThePast(field: Field): Promise<Outcome> {
  const [, ward] = field.wards
  const rogue = await field.rogue()
  rogue.aheadMs = -30 * minuteMs
  ;(await rogue.agent(ward.agentId)).cut()
  try {
    const bare = bareOffer()
    return await offer(field, ward, bare, grantOf(field, ward, bare, 30 * minuteMs))
  } finally {
    rogue.aheadMs = 0
    ;(await rogue.agent(ward.agentId)).cut()
  }
}

/** The owner starts a job, which waits for PHP until the gateway has said that it is to stop. */
async function cancelOwners(field: Field): Promise<Outcome> {
  const [{ agentId, policy, php }] = field.wards
  const agent = await (await field.rogue()).agent(agentId)
  const [before, said] = [php.answer, Promise.withResolvers<object>()]
  php.answer = () => said.promise
  try {
    const body = { kind: 'health.report', input: { sections: ['wordpress'] }, origin: 'owner' }
    const { json } = await askAgent({ socketPath: policy.agent.socket }, 'POST', '/v1/jobs', body)
    const [asked, unknown] = [String(json['id']), newId('job')]
    for (const jobId of [asked, unknown]) agent.say({ type: 'job.cancel', jobId, attempt: 1, epoch: 1, reason: 'cancelled' })
    // The one that it does not know is answered: then it has heard the other one as well.
    if (!(await agent.next('job.decline', ({ jobId }) => jobId === unknown))) return stopped(undefined)
    said.resolve({})
    const result = await agent.next('job.result', ({ jobId }) => jobId === asked)
    if (result?.outcome === 'succeeded' && result.epoch === 0) return held('it goes on, and is no lease’s')
    return got(`it ended ${result?.outcome ?? 'unheard'}`)
  } finally {
    said.resolve({})
    php.answer = before
  }
}

async function ran(field: Field): Promise<Outcome> {
  const [ward] = field.wards
  const bare = bareOffer()
  const outcome = await offer(field, ward, bare, await honestGrant(field, ward, bare))
  if (!outcome.done) return outcome
  const agent = await (await field.rogue()).agent(ward.agentId)
  const result = await agent.next('job.result', ({ jobId }) => jobId === bare.jobId)
  return result?.outcome === 'succeeded' ? got('it ran, and its result can be read') : stopped(result?.error?.code)
}

/** The agent says in its log for how long it stays away. */
async function sentAway({ wards }: Field): Promise<Outcome> {
  const isSaid = (): boolean => readFileSync(wards[0].logFile, 'utf8').includes(`"ms":${hourMs}`)
  for (const end = performance.now() + wordMs; performance.now() < end && !isSaid();) await delay(lookMs)
  return isSaid() ? got('they come back when they were told to') : stopped(undefined)
}

const refusals = refused('gateway', [
  ['read the signer’s root key', ({ signer }) => tryFile(users.gateway, 'read', join(signer.folder, 'root-key.json'))],
  ['widen the signer’s policy', ({ signer }) => tryFile(users.gateway, 'write', join(signer.folder, 'policy.json'))],
  ['stop the signer', ({ signer }) => trySignal(users.gateway, signer.pid())],
  [
    'have a kind signed that the signer’s policy does not list',
    field => asked(field, signingRequest(nobody, bareOffer({ kind: 'images.optimize' }))),
  ],
  ['have more signed for a site than the signer’s policy allows in a minute', beyondRate],
  ['have something signed that is no grant', field => asked(field, { key: nobody.agentId, notBefore: 0, notAfter: 4_000_000_000_000 })],
  [
    'get a key or a certificate out of the signer',
    ({ signer }) => tryAsking(users.gateway, { socket: signer.socket, method: 'POST', path: '/certify', body: {} }),
  ],
  [
    'sign a job with a key of its own',
    async field => {
      const bare = bareOffer()
      return offer(field, field.wards[0], bare, forgedGrant(field.wards[0], bare))
    },
  ],
  [
    'sign a job with a key of its own under the signer’s certificate',
    async field => {
      const bare = bareOffer()
      const { certificate } = await honestGrant(field, field.wards[0], bare)
      return offer(field, field.wards[0], bare, forgedGrant(field.wards[0], bare, certificate))
    },
  ],
  ['change the input of a signed job', field => changed(field, { input: { sections: 'all' } })],
  ['change the kind of a signed job', field => changed(field, { kind: 'cache.purge' })],
  ['give a signed job another epoch', field => changed(field, { epoch: 7 })],
  [
    'hand a signed job to another site',
    async field => {
      const bare = bareOffer()
      return offer(field, field.wards[1], bare, await honestGrant(field, field.wards[0], bare))
    },
  ],
  ['have a signed job done twice', field => replayed(field, {})],
  ['have a signed job done again under a new epoch', field => replayed(field, { attempt: 2, epoch: 2 })],
  [
    'have a job done whose grant is over',
    async field => {
      const bare = bareOffer()
      return offer(field, field.wards[0], bare, grantOf(field, field.wards[0], bare, 30 * minuteMs))
    },
  ],
  ['pass off a grant that is over by telling the agent a false time', withFalseTime],
  [
    'have a kind done that the signer signs and the site’s policy file does not list',
    async field => {
      const bare = bareOffer({ kind: 'assets.bundle', input: {} })
      return offer(field, field.wards[0], bare, await honestGrant(field, field.wards[0], bare))
    },
  ],
  [
    'have a signed job done whose input breaks the kind’s schema',
    async field => {
      const bare = bareOffer({ input: { sections: ['/etc/shadow'] } })
      return offer(field, field.wards[0], bare, await honestGrant(field, field.wards[0], bare))
    },
  ],
  [
    'give the agent a new root key',
    field =>
      sayTo(field, {
        type: 'welcome',
        sessionId: newId('sess'),
        revision: 1,
        heartbeatMs: 30_000,
        leaseMs: 90_000,
        stateSeq: 0,
        time: Date.now(),
        signerRoot: 'A'.repeat(43),
      }),
  ],
  ['stop a job that the owner started', cancelOwners],
  ['give the agent another policy', field => sayTo(field, { type: 'policy.update', policy: { kinds: ['assets.bundle'] } })],
  ['ask the agent for a file', field => sayTo(field, { type: 'query.ask', path: '/etc/passwd' })],
])

const allowed = possible('gateway', [
  ['have a job done whose grant is over, by telling a false time to an agent that has taken no other since it was started', afterStart],
  ['have kinds done that signer and policy file allow, at the rate that the signer allows', ran],
  [
    'cancel jobs, or never hand them out',
    async field => {
      const agent = await (await field.rogue()).agent(field.wards[0].agentId)
      const jobId = newId('job')
      agent.say({ type: 'job.cancel', jobId, attempt: 1, epoch: 1, reason: 'cancelled' })
      const answer = await agent.next('job.decline', frame => frame.jobId === jobId)
      return answer ? got('the agent obeys') : stopped(agent.closeCode)
    },
  ],
  [
    'send agents away for an hour',
    async field => {
      const agent = await (await field.rogue()).agent(field.wards[0].agentId)
      agent.say({ type: 'goodbye', reason: 'gone', afterMs: hourMs })
      agent.close(drainingCode)
      return sentAway(field)
    },
  ],
  [
    'rewrite its own store: what became of jobs, who may ask, the audit log',
    async ({ store }) => {
      const statements = ["UPDATE tokens SET scope = 'admin'", 'DELETE FROM sites WHERE 0', 'DROP TABLE audit']
      const { error } = await asUser(users.gateway, { do: 'sql', file: store, statements })
      return error === undefined ? got('the store is its own') : stopped(error)
    },
  ],
])

/** Holds the gateway's user, its store, and its address; the signer is another user's. */
export const gatewayDrill: readonly Attempt[] = [...refusals, ...allowed]
