import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { waitUntil } from '@platen/lab'
import type { DocumentPolicy, KindCachePurgeResult, LocalJob } from '@platen/protocol'

/** What can be seen of an agent from outside of it, as root. */
export interface AgentView {
  /** Waits until no purge is under way. @throws LabError lab.timeout */
  idle(): Promise<void>
  /** The first job of changes since then, when it has ended; undefined where there is none. */
  purgeSince(ms: number): Promise<PurgeJob | undefined>
  /** When the plugin noted changes, in milliseconds, as far as its file still tells. */
  notedAt(): Promise<readonly number[]>
}

/** A purge that has ended. */
export interface PurgeJob {
  readonly createdAt: number
  readonly result?: KindCachePurgeResult
}

const idleMs = 120_000
const mostJobs = 20
const ended = ['succeeded', 'failed', 'cancelled', 'expired']

/** The agent of a policy file. */
export async function agentView(policyFile: string): Promise<AgentView> {
  const { agent } = JSON.parse(await readFile(policyFile, 'utf8')) as DocumentPolicy
  const jobs = async (): Promise<readonly LocalJob[]> => {
    const { items } = await ask<{ items: LocalJob[] }>(agent.control, `/v1/jobs?limit=${mostJobs}`)
    return items.filter(({ kind }) => kind === 'cache.purge')
  }
  return {
    idle: () => waitUntil('the agent’s last purge', idleMs, async () => (await jobs()).every(({ state }) => ended.includes(state))),
    purgeSince: async ms => {
      const first = (await jobs()).filter(({ createdAt }) => createdAt >= ms).at(-1)
      return first && ask<PurgeJob>(agent.control, `/v1/jobs/${first.id}`)
    },
    notedAt: async () => {
      const lines = (await readFile(join(agent.spool ?? '', 'changes'), 'utf8').catch(() => '')).split('\n')
      return lines.filter(line => line !== '').map(line => (JSON.parse(line) as { at: number }).at / 1_000)
    },
  }
}

/** One question to the agent's own socket. */
function ask<T>(socketPath: string, path: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, timeout: 10_000 }, response => {
      text(response).then(body => resolve(JSON.parse(body) as T), reject)
    })
    outgoing.once('timeout', () => outgoing.destroy(new Error(`the agent did not answer ${path}`)))
    outgoing.once('error', reject)
    outgoing.end()
  })
}
