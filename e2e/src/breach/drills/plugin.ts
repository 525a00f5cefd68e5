import { createHash, createHmac, randomBytes } from 'node:crypto'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemUser } from '@platen/lab'
import { localSigningText, signatureHeaders } from '@platen/protocol'
import { got, held, possible, refused, stopped, type Attempt, type Outcome } from '../attempt.ts'
import type { Field } from '../field.ts'
import { wellDescribed, type HostilePhp } from '../hostile-php.ts'
import { askAgent, ownersJob, type LocalAnswer } from '../local-agent.ts'
import { asUser, tryAsking, tryFile, trySignal } from '../shell.ts'
import { tryDoor } from '../workers-door.ts'

const user = ({ wards }: Field): string => wards[0].policy.site.user
const stateFile = ({ wards }: Field, name: string): string => join(wards[0].policy.agent.state, name)
const purge = { kind: 'cache.purge', input: { everything: true, reason: 'a drill' }, origin: 'owner' }
/** A cold start of Node in the background of a busy machine. */
const orderMs = 30_000
const mostAsked = 200

/** Asks the plugin's door as the site's user. */
function asPhp(field: Field, method: string, path: string, body?: unknown): Promise<Outcome> {
  return tryAsking(user(field), { socket: field.wards[0].policy.agent.socket, method, path, ...(body === undefined ? {} : { body }) })
}

function outcomeOf({ status, json }: LocalAnswer): Outcome {
  return status < 400 ? got(`answered ${status}`) : stopped(String(json['code']))
}

/** The headers of a signed request over the loopback port. */
function signedHeaders(secret: string, body: string): Record<string, string> {
  const [timestamp, nonce] = [String(Math.floor(Date.now() / 1_000)), randomBytes(16).toString('hex')]
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const text = localSigningText({ method: 'POST', path: '/v1/jobs', timestamp, nonce, bodyHash })
  const signature = createHmac('sha256', secret).update(text).digest('hex')
  return { [signatureHeaders.timestamp]: timestamp, [signatureHeaders.nonce]: nonce, [signatureHeaders.signature]: signature }
}

async function overLoopback({ wards }: Field, secret: string, times: number): Promise<Outcome> {
  const body = JSON.stringify(purge)
  const headers = signedHeaders(secret, body)
  const to = { host: '127.0.0.1', port: wards[0].policy.agent.tcp?.port ?? 0 }
  let outcome = stopped(undefined)
  for (let count = 0; count < times; count += 1) outcome = outcomeOf(await askAgent(to, 'POST', '/v1/jobs', body, headers))
  return outcome
}

/** A job for which this PHP answers what it likes; what became of it. */
async function misled(
  { wards }: Field,
  answer: HostilePhp['answer'],
  code: string,
  kind = 'images.optimize',
  input: unknown = { attachments: 'all', mode: 'optimize' },
): Promise<Outcome> {
  const [{ php, policy }] = wards
  const before = php.answer
  php.answer = answer
  try {
    const { error, result } = await ownersJob(policy.agent.socket, kind, input)
    // Any other failure would say that it never came to this.
    if (error) return error.code === code ? stopped(code) : got(`the job ended otherwise: ${error.code}`)
    return JSON.stringify(result).includes(code) ? stopped(code) : got(JSON.stringify(result).slice(0, 200))
  } finally {
    php.answer = before
  }
}

const listing =
  (file: string): HostilePhp['answer'] =>
  (command, args) => {
    if (command !== 'images.list') return wellDescribed
    const isFirst = (args as { after: number }).after === 0
    const item = { id: 1, mime: 'image/jpeg', original: file, files: [{ file, width: 1, height: 1, crop: false }], served: {} }
    return { items: isFirst ? [item] : [], total: 1 }
  }

async function throughLink(field: Field): Promise<Outcome> {
  const { root } = field.wards[0].policy.site
  await symlink('/etc/passwd', join(root, 'wp-content', 'uploads', 'link.jpg'))
  return misled(field, listing('link.jpg'), 'path.symlink')
}

/** A worker that runs as the site's user, kept waiting by PHP that does not answer; it is gone afterwards. */
async function withWorker(field: Field, look: (pid: number, jobId: string) => Promise<Outcome>): Promise<Outcome> {
  const [ward] = field.wards
  const before = ward.php.answer
  const asked = Promise.withResolvers<void>()
  ward.php.answer = () => {
    asked.resolve()
    return undefined
  }
  try {
    const { json } = await askAgent({ socketPath: ward.policy.agent.socket }, 'POST', '/v1/jobs', {
      kind: 'images.optimize',
      input: { attachments: [1], mode: 'optimize' },
      origin: 'owner',
    })
    const outcome = await look(await workerPid(field, asked.promise), String(json['id']))
    await askAgent({ socketPath: ward.policy.agent.socket }, 'POST', `/v1/jobs/${String(json['id'])}/cancel`)
    return outcome
  } finally {
    ward.php.answer = before
  }
}

/** It has its order once it asks PHP. */
async function workerPid({ wards }: Field, asked: Promise<void>): Promise<number> {
  const site = await systemUser(wards[0].policy.site.user)
  await Promise.race([asked, delay(orderMs)])
  const worker = wards[0].processes().find(({ command, uid }) => uid === site.uid && command.includes('worker.js'))
  if (!worker) throw new Error('no worker was started')
  return worker.pid
}

async function flooded({ wards }: Field): Promise<Outcome> {
  for (let count = 0; count < mostAsked; count += 1) {
    const outcome = outcomeOf(await askAgent({ socketPath: wards[0].policy.agent.socket }, 'GET', '/v1/status'))
    if (!outcome.done) return outcome
  }
  return got(`answered ${mostAsked} times`)
}

const mainPid = ({ wards }: Field): number =>
  wards[0].processes().find(({ command }) => /main\.js/.test(command) && !command.includes('cli/main'))?.pid ?? -1

const refusals = refused('plugin', [
  ['read the agent’s keys', field => tryFile(user(field), 'read', stateFile(field, 'identity.json'))],
  ['read the agent’s journal', field => tryFile(user(field), 'read', stateFile(field, 'journal.db'))],
  ['read the policy file, which holds nginx’s secret', field => tryFile(user(field), 'read', field.wards[0].policyFile)],
  ['change the policy file', field => tryFile(user(field), 'write', field.wards[0].policyFile)],
  ['use root’s door', field => tryAsking(user(field), { socket: field.wards[0].policy.agent.control, method: 'GET', path: '/v1/status' })],
  ['end the agent', field => trySignal(user(field), mainPid(field))],
  [
    'look into the agent’s memory',
    async field => {
      const { error, found } = await asUser(user(field), { do: 'search', pid: mainPid(field), for: field.wards[0].secrets })
      return error === undefined ? got(`${found} secrets were found`) : stopped(error)
    },
  ],
  [
    'find a secret in the memory of a worker that runs as the site’s user',
    field =>
      withWorker(field, async pid => {
        const { secrets, policy } = field.wards[0]
        // Something that is there, so that a search that finds nothing proves something.
        const { error, found = 0 } = await asUser(user(field), { do: 'search', pid, for: [...secrets, policy.site.root] })
        if (error !== undefined || found === 0) throw new Error(`the search did not even find the site's folder: ${error}`)
        return found === 1 ? held('none is there') : got(`${found - 1} secrets were found`)
      }),
  ],
  [
    'report at the workers’ door without a token',
    field => tryDoor(user(field), field.wards[0], '{"type":"progress","done":1,"total":1,"note":""}'),
  ],
  [
    'report at the workers’ door with a token that it made up',
    field => tryDoor(user(field), field.wards[0], `{"type":"here","token":"${'0'.repeat(64)}"}`),
  ],
  [
    'start a kind that the policy file does not list',
    field => asPhp(field, 'POST', '/v1/jobs', { kind: 'assets.bundle', input: {}, origin: 'owner' }),
  ],
  ['pass for root', field => asPhp(field, 'POST', '/v1/jobs', { ...purge, origin: 'root' })],
  ['pass for the platform', field => asPhp(field, 'POST', '/v1/jobs', { ...purge, origin: 'platform', attempt: 1, epoch: 1 })],
  [
    'start a job whose input breaks its schema',
    field => asPhp(field, 'POST', '/v1/jobs', { ...purge, input: { urls: ['file:///etc/passwd'], shell: 'id' } }),
  ],
  [
    'purge pages of another host',
    field => misled(field, () => wellDescribed, 'url.foreign', 'cache.purge', { urls: ['http://elsewhere.example/'] }),
  ],
  ['send a request of 100 kB', field => asLargeBody(field)],
  ['speak to the loopback port without the secret', field => overLoopback(field, 'another secret of thirty-two letters', 1)],
  ['send again a signed request that it overheard', field => overLoopback(field, field.wards[0].secrets[1] ?? '', 2)],
  ['lead the agent out of the site’s folder by a file’s name', field => misled(field, listing('../../../../etc/passwd'), 'path.outside')],
  [
    'lead the agent out of the site’s folder by the folder of uploads',
    field => misled(field, () => ({ ...wellDescribed, uploadsPath: '../../etc' }), 'path.outside'),
  ],
  ['lead the agent out of the site’s folder by a symbolic link', throughLink],
  [
    'turn the agent to another database',
    field => misled(field, () => wellDescribed, 'mysql.mismatch', 'health.report', { sections: ['mysql'] }),
  ],
  [
    'answer with more than the agent takes',
    field => misled(field, () => ({ ...wellDescribed, phpVersion: 'x'.repeat(10_000_000) }), 'php.failed'),
  ],
  ['answer with what no plugin says', field => misled(field, () => ({ __proto__: null, constructor: 1 }), 'plugin.refused')],
  ['ask without end', flooded],
])

async function asLargeBody({ wards }: Field): Promise<Outcome> {
  return outcomeOf(
    await askAgent({ socketPath: wards[0].policy.agent.socket }, 'POST', '/v1/jobs', { ...purge, input: 'x'.repeat(100_000) }),
  )
}

const allowed = possible('plugin', [
  ['see what the agent is and does at its site', field => asPhp(field, 'GET', '/v1/status')],
  ['start the kinds that a button starts, at a bounded rate', field => asPhp(field, 'POST', '/v1/jobs', purge)],
  ['cancel whatever runs at its site', field => withWorker(field, (_pid, id) => asPhp(field, 'POST', `/v1/jobs/${id}/cancel`))],
  [
    'end or take over a worker that runs as the site’s user, and so lie about that job',
    field =>
      withWorker(field, async pid => {
        const { error } = await asUser(user(field), { do: 'signal', pid, signal: 'SIGKILL' })
        return error === undefined ? got('it is the same user') : stopped(error)
      }),
  ],
])

/** Holds some PHP of the site: the site's user, its files, and what the agent is answered when it asks WordPress. */
export const pluginDrill: readonly Attempt[] = [...allowed, ...refusals]
