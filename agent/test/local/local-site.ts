import { createHash, createHmac, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { localSigningText, PlatenError, signatureHeaders, type LocalOwner, type LocalStatus, type LocalWishes } from '@platen/protocol'
import type { Run } from '../../src/domain/run.ts'
import { openLocalServer, type LocalAddress, type Patience } from '../../src/local/local-server.ts'
import type { Cancelled, Jobs, RunNews } from '../../src/ports/jobs.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { ownPurge } from '../support/own-run.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** The id of the one job that there is. */
export const jobId = 'job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00'
/** A job that runs. */
export const run: Run = {
  ...ownPurge(jobId),
  state: 'running',
  startedAt: 1,
  steps: [],
}
const over: Run = {
  ...run,
  state: 'ended',
  finishedAt: 2,
  end: { outcome: 'succeeded', effect: 'none', result: { summary: 'All pages are fresh.' } },
}

/** Jobs that hold one run and remember what was asked of them. */
export class FewJobs implements Jobs {
  readonly created: unknown[][] = []
  listener: (news: RunNews) => void = () => {}
  #run: Run = run
  offer(): 'accepted' {
    return 'accepted'
  }
  create(...asked: [string, unknown, Run['origin']]): Run {
    this.created.push(asked)
    if (asked[0] === 'no.such') throw new PlatenError('kind.unknown')
    if (asked[0] === 'too.often') throw new PlatenError('purge.too_often')
    return { ...run, state: 'accepted', kind: asked[0] }
  }
  cancel(): Cancelled {
    return this.#run.state === 'ended' ? 'ended' : 'stopping'
  }
  forgot(): void {}
  notice(): void {}
  forgottenBefore(): undefined {}
  running(): [] {
    return []
  }
  unfinished(): number {
    return 1
  }
  find(id: string): Run | undefined {
    return id === jobId ? this.#run : undefined
  }
  progressOf(): { done: number; total: number; note: string } {
    return { done: 1, total: 2, note: 'half' }
  }
  recent(limit: number): readonly Run[] {
    return [over, this.#run].slice(0, limit)
  }
  subscribe(listener: (news: RunNews) => void): () => void {
    this.listener = listener
    return () => {
      this.listener = () => {}
    }
  }
  end(): void {
    this.#run = over
    this.listener({ type: 'state', run: over })
  }
}

/** What an owner is told. */
export const view: LocalOwner = {
  wishes: { timeZone: 'Europe/Berlin', quietHours: [], vetoed: [], deferred: [] },
  bounds: {},
  usage: { day: '2026-11-27', cpuSeconds: 0, diskBytes: 0 },
  localTime: '08:22',
}
/** What a server says of its agent. */
export const status: LocalStatus = {
  version: '1',
  startedAt: 1,
  link: { state: 'none', since: 1 },
  kinds: [],
  running: 0,
  waiting: 0,
  owner: view,
  journal: {},
  local: { refused: 0 },
}

/** An owner who remembers his wishes. */
export class WishingOwner {
  wished: LocalWishes[] = []
  view(): LocalOwner {
    return view
  }
  wish(wishes: LocalWishes): LocalOwner {
    this.wished.push(wishes)
    return { ...view, wishes }
  }
}

/** An answer, read whole. */
export interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly json: Record<string, unknown>
  readonly text: string
}

/** Asks a server. */
export type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** A server and what is behind it. */
export interface LocalSite {
  readonly jobs: FewJobs
  readonly owner: WishingOwner
  readonly lines: readonly string[]
  readonly ask: Ask
  /** How often a new key was asked for. */
  readonly rotations: () => number
  /** How many requests it refused. */
  readonly refused: () => number
}

/** A server that tells what it logs in `lines`. */
export async function start(test: TestContext, address: LocalAddress, nonces = new Set<string>(), patience?: Patience): Promise<LocalSite> {
  const jobs = new FewJobs()
  const owner = new WishingOwner()
  const lines: string[] = []
  const log = jsonLog('test', line => lines.push(line))
  const journal = { nonce: (nonce: string) => nonces.size < nonces.add(nonce).size }
  let rotations = 0
  const receipts = (from: number) => ({ lines: [`line ${from}`], next: from + 1 })
  const rotateKey = (): void => void (rotations += 1)
  const purgeWaitMs = (): number => 118_200
  const subject = { jobs, followUps: { of: () => [] }, owner, purgeWaitMs, receipts, status: () => status, rotateKey }
  const server = await openLocalServer({ address, subject, journal, clock: systemClock, log, ...(patience ? { patience } : {}) })
  test.after(() => server.close())
  const where = 'socket' in address ? { socketPath: address.socket } : { host: '127.0.0.1', port: address.port }
  return { jobs, owner, lines, ask: asker(where), rotations: () => rotations, refused: () => server.refused }
}

/** Asks a server at this place. */
export function asker(where: object): Ask {
  return (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ ...where, method, path, headers, agent: false }, response => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece
        })
        response.on('end', () => {
          const json = text.includes('\n') ? {} : (JSON.parse(text) as Record<string, unknown>)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, json, text })
        })
      })
      request.on('error', reject)
      request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
    })
}

/** A plugin's socket. */
export const plugin = (test: TestContext): LocalAddress => ({
  audience: 'plugin',
  socket: join(tempFolder(test), 'agent.sock'),
  mode: 0o666,
})
/** Root's socket. */
export const control = (test: TestContext): LocalAddress => ({
  audience: 'control',
  socket: join(tempFolder(test), 'control.sock'),
  mode: 0o600,
})

/** What PHP and the agent share. */
export const secret = 'the secret that PHP and the agent share'

/** A plugin's server on loopback TCP. */
export async function signedServer(test: TestContext): Promise<LocalSite> {
  return await start(test, { audience: 'plugin', port: await freePort(), secret })
}

/** Headers that sign a request as the plugin does, but for what is changed. */
export function signed(
  method: string,
  path: string,
  body: string,
  changes: { timestamp?: string; nonce?: string; key?: string } = {},
): Record<string, string> {
  const timestamp = changes.timestamp ?? String(Math.floor(Date.now() / 1_000))
  const nonce = changes.nonce ?? randomBytes(16).toString('hex')
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const signature = createHmac('sha256', changes.key ?? secret)
    .update(localSigningText({ method, path, timestamp, nonce, bodyHash }))
    .digest('hex')
  return { [signatureHeaders.timestamp]: timestamp, [signatureHeaders.nonce]: nonce, [signatureHeaders.signature]: signature }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
