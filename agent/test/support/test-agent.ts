import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { DocumentPolicy, LocalJob } from '@platen/protocol'
import { controlClient, type ControlClient } from '../../src/cli/control-client.ts'
import { launch, type Launched } from '../../src/launcher.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { tempFolder } from './temp-folder.ts'
import { testPolicy } from './test-policy.ts'

/** Main process and worker with the tests' kinds. */
export const testEntries = { main: join(import.meta.dirname, 'test-main.ts'), worker: join(import.meta.dirname, 'test-worker.ts') }

/** A launched agent of a test. */
export interface TestAgent {
  readonly folder: string
  readonly policy: DocumentPolicy
  readonly policyPath: string
  readonly control: ControlClient
  readonly launched: Launched
  /** Lines of the launcher's log. */
  readonly lines: readonly string[]
  /** Runs a job to its end. */
  readonly run: (kind: string, input: unknown) => Promise<LocalJob>
}

/** Writes a policy file for the tests' kinds. */
export function writePolicy(folder: string, policy: DocumentPolicy): string {
  const path = join(folder, 'policy.json')
  writeFileSync(path, JSON.stringify(policy))
  return path
}

/** Launches an agent with real processes; after the test it and all of its processes are gone. */
export async function startTestAgent(
  test: TestContext,
  changes: Partial<DocumentPolicy> = {},
  folder = tempFolder(test),
): Promise<TestAgent> {
  const { tcp: _tcp, ...agent } = testPolicy(folder).agent
  const policy = testPolicy(folder, { agent, ...changes })
  mkdirSync(policy.site.root, { recursive: true })
  const policyPath = writePolicy(folder, policy)
  const lines: string[] = []
  const log = jsonLog('launcher', line => lines.push(line))
  const launched = launch({ policyPath, entries: testEntries, logs: 'none', log })
  test.after(() => launched.stop())
  await launched.ready
  const control = controlClient(policy.agent.control)
  const run = async (kind: string, input: unknown): Promise<LocalJob> => await ended(control, (await control.createJob(kind, input)).id)
  return { folder, policy, policyPath, control, launched, lines, run }
}

/** The job once it has ended. */
export async function ended(control: ControlClient, id: string): Promise<LocalJob> {
  return await until(control, id, job => job.finishedAt !== undefined)
}

/** The job once it is as wanted. */
export async function until(control: ControlClient, id: string, wanted: (job: LocalJob) => boolean): Promise<LocalJob> {
  for await (const job of control.followJob(id)) if (wanted(job)) return job
  throw new Error(`job ${id} was not as wanted before the agent closed the stream`)
}

/** Processes whose command line holds `text`. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^[0-9]+$/.test(name))
    .map(Number)
    .filter(pid => pid !== process.pid && commandLine(pid).includes(text))
}

/** Processes that a process started and that still live. */
export function childrenOf(parent: number): number[] {
  return processesWith('').filter(pid => parentOf(pid) === parent)
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    // It ended meanwhile.
    return undefined
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}
