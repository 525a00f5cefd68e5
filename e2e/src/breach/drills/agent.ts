import { newId, type AgentFrame } from '@platen/protocol'
import { connectionToken, helloFrame } from '../../intruder/identity.ts'
import { LinkClient } from '../../intruder/link-client.ts'
import { opcode } from '../../intruder/raw-frame.ts'
import { got, held, possible, refused, stopped, type Attempt, type Outcome } from '../attempt.ts'
import type { Field } from '../field.ts'
import { tryAsking } from '../shell.ts'
import { idling } from './agent-idle.ts'
import { onTheMachine, throughWorkers } from './agent-machine.ts'

type Result = Extract<AgentFrame, { type: 'job.result' }>

const user = ({ wards }: Field): string => wards[0].policy.agent.user
const answerMs = 10_000
const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString()

/** An open session with an agent's keys, in another program. Its own process is stopped: two at once would be held. */
async function asAgent(field: Field, which: 0 | 1 = 0): Promise<LinkClient> {
  await field.wards[which].stop()
  const client = await LinkClient.open(field.port, field.wards[which].identity, { capabilities: ['health.report', 'cache.purge'] })
  if (!client) throw new Error('the agent’s own keys did not let it in')
  return client
}

async function knock(field: Field, claims: Readonly<Record<string, unknown>>): Promise<Outcome> {
  const { status, code, client } = await LinkClient.knock(field.port, connectionToken(field.wards[0].identity, claims))
  client.raw.end()
  return status === 101 ? got('it is let in') : stopped(code)
}

async function jobAt(field: Field, which: 0 | 1, body: object = {}): Promise<string> {
  const job = { siteId: field.wards[which].siteId, kind: 'health.report', input: { sections: ['disk'] }, ...body }
  return (await field.api.request<{ id: string }>('POST', '/v1/jobs', job)).id
}

const result = (jobId: string, change: Partial<Result> = {}): Result => ({
  type: 'job.result',
  jobId,
  attempt: 1,
  epoch: 1,
  outcome: 'succeeded',
  effect: 'none',
  result: { summary: 'All is well', sections: [], findings: [] },
  finishedAt: Date.now(),
  ...change,
})

/** Sends a frame about a job; the gateway's refusal, or none. */
async function told(client: LinkClient, frame: Result | Extract<AgentFrame, { type: 'job.created' }>): Promise<Outcome> {
  client.send(frame)
  const ack = await client.next('job.ack', ({ jobId }) => jobId === frame.jobId)
  client.raw.end()
  return ack && ack.refused === undefined ? got('the gateway took it') : stopped(ack?.refused)
}

interface Fence {
  readonly jobId: string
  readonly attempt: number
  readonly epoch: number
}

/** A job of a site, as its agent was offered it. */
async function offered(field: Field, which: 0 | 1 = 0): Promise<{ readonly client: LinkClient; readonly fence: Fence }> {
  const client = await asAgent(field, which)
  const id = await jobAt(field, which)
  const job = await client.next('job.offer', ({ jobId }) => jobId === id)
  if (!job) throw new Error('a job was not offered to the agent of its site')
  const { jobId, attempt, epoch } = job
  return { client, fence: { jobId, attempt, epoch } }
}

/** A job of its own site, that it has accepted. */
async function accepted(field: Field): ReturnType<typeof offered> {
  const own = await offered(field)
  own.client.send({ type: 'job.accept', ...own.fence })
  return own
}

/** With the very fence under which another site's agent holds a job, which then has to be that agent's still. */
async function aboutAnothers(field: Field, act: (client: LinkClient, fence: Fence) => Promise<Outcome>): Promise<Outcome> {
  const other = await offered(field, 1)
  const outcome = await act(await asAgent(field), other.fence)
  const still = await told(other.client, result(other.fence.jobId, other.fence))
  return still.done ? outcome : got('its own agent has lost it')
}

async function stateOf({ api }: Field, id: string): Promise<string> {
  return (await api.request<{ state: string }>('GET', `/v1/jobs/${id}`)).state
}

async function closedBy(client: LinkClient): Promise<Outcome> {
  await client.raw.until(() => client.closeCode !== undefined, 10_000)
  client.raw.end()
  return client.closeCode === undefined ? got('the gateway took it') : stopped(`closed ${client.closeCode}`)
}

const onTheLink = refused('agent', [
  ['connect as another agent', field => knock(field, { iss: field.wards[1].agentId })],
  ['use its token at another gateway', field => knock(field, { aud: 'elsewhere' })],
  [
    'use a token after its minute',
    field => knock(field, { iat: Math.floor(Date.now() / 1_000) - 180, exp: Math.floor(Date.now() / 1_000) - 120 }),
  ],
  [
    'say hello as another agent',
    async field => {
      const { client } = await LinkClient.knock(field.port, connectionToken(field.wards[0].identity))
      const challenge = await client.next('challenge')
      if (challenge) client.send({ ...helloFrame(field.wards[0].identity, challenge), agentId: field.wards[1].agentId })
      return closedBy(client)
    },
  ],
  [
    'use its keys at the API',
    field =>
      tryAsking(user(field), {
        port: field.port,
        method: 'GET',
        path: '/v1/jobs',
        headers: { authorization: `Bearer ${connectionToken(field.wards[0].identity)}` },
      }),
  ],
  ['report a result for another site’s job', field => aboutAnothers(field, (client, fence) => told(client, result(fence.jobId, fence)))],
  [
    'decline another site’s job',
    field =>
      aboutAnothers(field, async (client, fence) => {
        client.send({ type: 'job.decline', ...fence, code: 'policy.denied', message: 'no' })
        // Frames are taken in their order: once this one is answered, the decline was heard.
        const answered = await told(client, result(fence.jobId, fence))
        if (answered.done || !answered.seen) return answered
        const state = await stateOf(field, fence.jobId)
        return state === 'offered' ? held('the job stays offered to its own agent') : got(`the job is ${state}`)
      }),
  ],
  [
    'pass off another site’s job as made at its own',
    async field =>
      told(await asAgent(field), {
        type: 'job.created',
        jobId: await jobAt(field, 1, { notBefore: tomorrow() }),
        kind: 'health.report',
        input: { sections: ['disk'] },
        origin: 'owner',
        createdAt: Date.now(),
      }),
  ],
  [
    'report a result under a made-up epoch',
    async field => {
      const { client, fence } = await accepted(field)
      return told(client, result(fence.jobId, { attempt: fence.attempt, epoch: fence.epoch + 7 }))
    },
  ],
  [
    'give a job that has ended another end',
    async field => {
      const { client, fence } = await accepted(field)
      client.send(result(fence.jobId, { ...fence, outcome: 'failed', error: { code: 'php.failed', message: 'no' } }))
      await client.next('job.ack', ({ jobId }) => jobId === fence.jobId)
      const acks = client.frames.filter(({ type }) => type === 'job.ack').length
      client.send(result(fence.jobId, fence))
      // That it was heard is all that is said of it.
      const isHeard = await client.raw.until(() => client.frames.filter(({ type }) => type === 'job.ack').length > acks, answerMs)
      client.raw.end()
      if (!isHeard) return stopped(undefined)
      const state = await stateOf(field, fence.jobId)
      return state === 'failed' ? held('the first end stands') : got(`the job is ${state}`)
    },
  ],
  [
    'take a job of a pool that it is not in',
    async field => {
      const client = await asAgent(field)
      const jobId = await jobAt(field, 1, { pool: 'verifiers' })
      client.send({ type: 'job.accept', jobId, attempt: 1, epoch: 1 })
      const cancelled = await client.next('job.cancel', frame => frame.jobId === jobId)
      client.raw.end()
      return cancelled ? stopped(cancelled.reason) : got('nobody objected')
    },
  ],
  [
    'have a job made that its own job may not ask for',
    async field => {
      const { client, fence } = await accepted(field)
      client.send({ type: 'job.wait', ...fence, child: { kind: 'cache.purge', input: { everything: true, reason: 'x' } }, effect: 'none' })
      await client.next('job.ack', ({ jobId }) => jobId === fence.jobId)
      client.raw.end()
      const { error } = await field.api.request<{ error?: { code: string } }>('GET', `/v1/jobs/${fence.jobId}`)
      return error ? stopped(error.code) : got('it was made')
    },
  ],
  [
    'send a result of 100 MB',
    async field => {
      const client = await asAgent(field)
      await client.frame(Buffer.from('{"type":"job.result"'), { opcode: opcode.text, masked: true, length: 100_000_000n })
      return closedBy(client)
    },
  ],
  [
    'send a thousand frames at once',
    async field => {
      const client = await asAgent(field)
      for (let count = 0; count < 1_000; count += 1) client.send({ type: 'heartbeat', running: [] })
      return closedBy(client)
    },
  ],
])

const allowed = possible('agent', [
  [
    'say what it likes about jobs of its own site',
    async field => {
      const { client, fence } = await accepted(field)
      return told(client, result(fence.jobId, { ...fence, outcome: 'failed', error: { code: 'php.failed', message: 'no' } }))
    },
  ],
])

const afterwards = refused('agent', [
  [
    'stay connected when it was revoked',
    async field => {
      const client = await asAgent(field)
      await field.api.request('POST', `/v1/agents/${field.wards[0].agentId}/revoke`, {})
      return closedBy(client)
    },
  ],
  ['come back when it was revoked', field => knock(field, {})],
  [
    'enrol with a token that was used',
    async field => {
      const { token, siteUrl } = await field.api.request<{ token: string; siteUrl: string }>(
        'POST',
        `/v1/sites/${field.wards[0].siteId}/enrolment`,
        {},
      )
      const body = { token, siteUrl, publicKey: 'A'.repeat(43), version: '0.0.0' }
      await field.api.request('POST', '/v1/agents/enrol', body)
      return tryAsking(user(field), {
        port: field.port,
        method: 'POST',
        path: '/v1/agents/enrol',
        body: { ...body, publicKey: `${'A'.repeat(42)}E` },
      })
    },
  ],
  ['report for an agent that never was', field => knock(field, { iss: newId('agent') })],
])

/** Holds one site's agent: its user, its keys, its journal and its main process. */
export const agentDrill: readonly Attempt[] = [
  ...onTheMachine,
  ...onTheLink,
  ...idling(offered),
  ...allowed,
  ...throughWorkers,
  ...afterwards,
]
