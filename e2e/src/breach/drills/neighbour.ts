import { join } from 'node:path'
import type { Api } from '@platen/lab'
import { connectionToken, newIdentity } from '../../intruder/identity.ts'
import { LinkClient } from '../../intruder/link-client.ts'
import { got, held, possible, refused, stopped, type Attempt, type Outcome } from '../attempt.ts'
import type { Field } from '../field.ts'
import { users } from '../platform.ts'
import { everyRoute } from '../routes.ts'
import { tryAsking, tryFile } from '../shell.ts'
import { tryDoor } from '../workers-door.ts'

type Scope = keyof Field['others']

const mostGuesses = 200
const purge = (siteId: string): object => ({ siteId, kind: 'cache.purge', input: { everything: true, reason: 'a drill' } })

async function ask(
  { url, token }: Api,
  method: string,
  path: string,
  body?: object,
  key: string = crypto.randomUUID(),
): Promise<{ status: number; json: Record<string, unknown> }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key }
  const response = await fetch(new URL(path, url), {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(10_000),
  })
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

async function asked(api: Api, method: string, path: string, body?: object): Promise<Outcome> {
  const { status, json } = await ask(api, method, path, body)
  return status < 400 ? got(`answered ${status}`) : stopped(String(json['code']))
}

async function knock(field: Field, token: string): Promise<Outcome> {
  const { status, code, client } = await LinkClient.knock(field.port, token)
  client.raw.end()
  return status === 101 ? got('it is let in') : stopped(code)
}

/** The same key for the same request, after the first account has used it. */
async function sameKey({ api, others, wards }: Field): Promise<Outcome> {
  const key = `drill-${crypto.randomUUID()}`
  const first = await ask(api, 'POST', '/v1/jobs', purge(wards[0].siteId), key)
  if (first.status >= 400) throw new Error(`the first account was refused its own job: ${String(first.json['code'])}`)
  const { status, json } = await ask(others.dispatch, 'POST', '/v1/jobs', purge(wards[0].siteId), key)
  if (JSON.stringify(json).includes(String(first.json['id']))) return got('it saw the job')
  return status < 400 ? got(`answered ${status}`) : stopped(String(json['code']))
}

/** A list of everything that is older than the end of time: the newest first, and the first account's sites right behind its own. */
async function forgedCursor({ others, wards }: Field): Promise<Outcome> {
  // A list that is answered has it, and one without it was no list.
  const { id } = await others.admin.request<{ id: string }>('POST', '/v1/sites', { url: `https://${crypto.randomUUID()}.example` })
  const cursor = Buffer.from('site_ffffffff-ffff-7fff-bfff-ffffffffffff').toString('base64url')
  const { status, json } = await ask(others.read, 'GET', `/v1/sites?cursor=${cursor}&limit=100`)
  if (status >= 400) return stopped(String(json['code']))
  const found = (json['items'] as { id: string }[]).map(site => site.id)
  if (wards.some(({ siteId }) => found.includes(siteId))) return got('it saw the sites')
  return found.includes(id) ? held('its own sites alone') : stopped(undefined)
}

async function inBatch({ others, wards }: Field): Promise<Outcome> {
  const { json } = await ask(others.dispatch, 'POST', '/v1/jobs:batch', { jobs: [purge(wards[0].siteId)] })
  const [first] = json['items'] as { problem?: { code: string } }[]
  return first?.problem ? stopped(first.problem.code) : got('the job was taken')
}

async function guessed({ api }: Field): Promise<Outcome> {
  for (let count = 0; count < mostGuesses; count += 1) {
    const token = count.toString().padStart(43, 'A')
    const { status, json } = await ask(api, 'POST', '/v1/agents/enrol', {
      token,
      publicKey: 'A'.repeat(43),
      siteUrl: 'http://ward-0.example',
      version: '1',
    })
    if (status === 429) return stopped(String(json['code']))
    if (status < 400) return got('a token was guessed')
  }
  return got(`${mostGuesses} tokens could be tried`)
}

async function elsewhere({ others }: Field, siteUrl: string): Promise<Outcome> {
  const { id } = await others.admin.request<{ id: string }>('POST', '/v1/sites', { url: `https://${crypto.randomUUID()}.example` })
  const { token } = await others.admin.request<{ token: string }>('POST', `/v1/sites/${id}/enrolment`, {})
  return asked(others.admin, 'POST', '/v1/agents/enrol', { token, publicKey: 'A'.repeat(43), siteUrl, version: '1' })
}

async function revoked({ others }: Field): Promise<Outcome> {
  const { id, token } = await others.admin.request<{ id: string; token: string }>('POST', '/v1/tokens', { name: 'short', scope: 'read' })
  await others.admin.request('POST', `/v1/tokens/${id}/revoke`, {})
  return asked({ ...others.read, token }, 'GET', '/v1/sites')
}

/** Its own agent, with another's name. */
async function asOther(field: Field): Promise<Outcome> {
  const own = await newIdentity(field.others.admin, `https://${crypto.randomUUID()}.example`)
  return knock(field, connectionToken({ ...own, agentId: field.wards[0].agentId }))
}

async function inPool({ others }: Field): Promise<Outcome> {
  const { agentId } = await newIdentity(others.admin, `https://${crypto.randomUUID()}.example`)
  return asked(others.admin, 'POST', `/v1/agents/${agentId}/pool`, { pool: 'verifiers' })
}

const overTheApi = refused('neighbour', [
  ...(['read', 'dispatch', 'admin'] as const).map(
    (scope: Scope) =>
      [
        `get or change anything of another account by any route of the API, with a token of the scope ${scope}`,
        (field: Field) => everyRoute(field, field.others[scope]),
      ] as const,
  ),
  ['follow another account’s site', ({ others, wards }) => asked(others.read, 'GET', `/v1/sites/${wards[0].siteId}/events`)],
  ['dispatch a job to another account’s site', ({ others, wards }) => asked(others.dispatch, 'POST', '/v1/jobs', purge(wards[0].siteId))],
  ['dispatch a job to another account’s site among others', inBatch],
  ['get another account’s answer by its Idempotency-Key', sameKey],
  ['list another account’s sites by a cursor that it made', forgedCursor],
  ['dispatch with a token that may read', ({ others }) => asked(others.read, 'POST', '/v1/jobs', purge('site_x'))],
  [
    'make a token with one that may dispatch',
    ({ others }) => asked(others.dispatch, 'POST', '/v1/tokens', { name: 'more', scope: 'admin' }),
  ],
  ['use a token that was revoked', revoked],
  ['put its agent into a pool that serves other accounts', inPool],
  ['enrol an agent for another account’s site with a token of its own', field => elsewhere(field, field.wards[0].policy.site.url)],
  ['connect its agent as another account’s', asOther],
  ['connect an agent with an API token', field => knock(field, field.others.admin.token)],
  [
    'use an agent’s token at the API',
    field => asked({ ...field.others.read, token: connectionToken(field.wards[0].identity) }, 'GET', '/v1/sites'),
  ],
  ['guess enrolment tokens', guessed],
])

const onTheMachine = refused('neighbour', [
  [
    'read the agent’s keys as another user of the machine',
    field => tryFile(users.stranger, 'read', join(field.wards[0].policy.agent.state, 'identity.json')),
  ],
  ['read the policy file as another user of the machine', field => tryFile(users.stranger, 'read', field.wards[0].policyFile)],
  [
    'use root’s door as another user of the machine',
    field => tryAsking(users.stranger, { socket: field.wards[0].policy.agent.control, method: 'GET', path: '/v1/status' }),
  ],
  [
    'use another agent’s keys for its own state',
    field => tryFile(field.wards[1].policy.agent.user, 'write', join(field.wards[0].policy.agent.state, 'journal.db')),
  ],
  ['read the gateway’s store as another user of the machine', field => tryFile(users.stranger, 'read', field.store)],
  [
    'ask the signer as another user of the machine',
    field => tryAsking(users.stranger, { socket: field.signer.socket, method: 'POST', path: '/sign', body: {} }),
  ],
  [
    'report at the workers’ door as another user of the machine',
    ({ wards }) => tryDoor(users.stranger, wards[0], '{"type":"here","token":"x"}'),
  ],
])

const allowed = possible('neighbour', [
  ['do with its own sites what its token’s scope allows', ({ others }) => asked(others.read, 'GET', '/v1/sites')],
  [
    'ask at the plugin’s door what PHP may ask, as another user of the same container: a container holds one site',
    field => tryAsking(users.stranger, { socket: field.wards[0].policy.agent.socket, method: 'GET', path: '/v1/status' }),
  ],
])

/** Holds another account's API tokens and agent, and another user of the machine. */
export const neighbourDrill: readonly Attempt[] = [...overTheApi, ...onTheMachine, ...allowed]
