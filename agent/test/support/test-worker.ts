import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlatenError, toPlatenError } from '@platen/protocol'
import type { JobContext } from '../../src/ports/job-handler.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { readGreeting } from '../../src/work/worker-greeting.ts'
import { hostWorker, type AnyHandler } from '../../src/work/worker-host.ts'

/** What the test's job is to do, by the member of its input. */
interface TestInput {
  readonly echo?: unknown
  readonly fail?: boolean
  readonly crash?: boolean
  /** How long to keep a core busy before anything else. */
  readonly busyMs?: number
  readonly saved?: number
  readonly eat?: boolean
  readonly wait?: boolean
  readonly step?: string
  /** Whether the step must not be done twice. */
  readonly once?: boolean
  readonly whoami?: boolean
  readonly call?: string
  /** Whether to ask for what changed. */
  readonly changes?: true
  /** File that is told how a call to the plugin ended which was made after the cancellation. */
  readonly takeBack?: string
}

const handler = async (context: JobContext<unknown>): Promise<{ result: unknown; effect: 'none' | 'applied'; savedBytes?: number }> => {
  const input = context.input as TestInput
  const { step } = input
  context.progress(1, 2, 'half')
  if (step !== undefined)
    await context.step('write', input.once ? 'not repeatable' : 'idempotent', async () => writeFileSync(step, String(process.pid)))
  if (input.fail) throw new PlatenError('page.stale', 'For the test.')
  for (const end = performance.now() + (input.busyMs ?? 0); performance.now() < end && !context.signal.aborted;)
    await new Promise(setImmediate)
  if (input.crash) process.kill(process.pid, 'SIGKILL')
  if (input.eat) for (const held: Buffer[] = []; ; await new Promise(setImmediate)) held.push(Buffer.alloc(8 << 20, 1))
  if (input.wait) {
    context.progress(2, 2, 'waiting')
    await once(context.signal, 'abort')
    if (input.takeBack !== undefined) await tryTakingBack(context, input.takeBack)
    throw context.signal.reason as Error
  }
  if (input.call !== undefined) return { result: await context.php.call('site.describe', {}), effect: 'none' }
  if (input.changes) return await takeChanges(context)
  if (input.whoami) return { result: { summary: 'me', ...whoami(), policy: context.policy }, effect: 'none' }
  return { result: { summary: 'done', echo: input.echo }, effect: step === undefined ? 'none' : 'applied', savedBytes: input.saved ?? 0 }
}

/** Takes all that changed and notes each batch in the site's folder; with a file `fail` there it fails, with `hang` it goes on until it is ended. */
async function takeChanges({ changes, policy, signal }: JobContext<unknown>): Promise<{ result: unknown; effect: 'none' }> {
  const [fails, hangs] = ['fail', 'hang'].map(name => existsSync(join(policy.site.root, name)))
  const needed = await changes.needsKept()
  if (needed) await changes.tellKept(Array.from({ length: 4_500 }, (_, number) => `http://site.test/kept/${number}/`))
  for (let batch = await changes.take(); batch; batch = await changes.take()) {
    appendFileSync(join(policy.site.root, 'taken'), `${JSON.stringify({ ...batch, pages: batch.pages.length, needed })}\n`)
  }
  if (fails) throw new PlatenError('page.stale', 'For the test.')
  if (hangs) await once(signal, 'abort')
  return { result: { summary: 'taken' }, effect: 'none' }
}

async function tryTakingBack({ php }: JobContext<unknown>, file: string): Promise<void> {
  const told = await php.call('site.describe', {}).then(
    () => 'answered',
    (error: unknown) => toPlatenError(error).code,
  )
  writeFileSync(file, told)
}

function whoami(): Record<string, unknown> {
  const status = readFileSync('/proc/self/status', 'utf8')
  const field = (name: string): string => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1] ?? ''
  return {
    uid: process.getuid?.(),
    groups: process.getgroups?.(),
    noNewPrivileges: field('NoNewPrivs'),
    capabilities: [field('CapInh'), field('CapPrm'), field('CapEff'), field('CapBnd'), field('CapAmb')],
    niceness: readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[16],
    cwd: process.cwd(),
    environment: Object.keys(process.env).toSorted(),
    arguments: process.argv.slice(2),
  }
}

const { token, socketPath } = readGreeting()
await hostWorker(socketPath, token, {
  handlerFor: async () => handler as AnyHandler,
  resultCheck: async () => undefined,
  clock: systemClock,
})
process.exit(0)
