import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { createNativeSite, removeFolder, temporaryFolder, type NativeSite } from '@platen/lab'
import type { DocumentPolicy, KindTypes } from '@platen/protocol'
import { resultValidators } from '@platen/protocol/validators/results'
import type { Clock } from '../../../agent/src/ports/clock.ts'
import type { Handler, HandlerOutcome, JobContext } from '../../../agent/src/ports/job-handler.ts'
import { phpFastCgi } from '../../../agent/src/site/php.ts'
import { policyFor } from '../../../lab/src/stack/policy.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/** The machine's own time, with timers that hold the process, as a test's have to. */
export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
  random: () => 0.5,
}

/** A native site with the plugin, and the policy file that it would have. */
export interface PluginSite {
  readonly site: NativeSite
  readonly policy: DocumentPolicy
  stop(): Promise<void>
}

/** Brings up a site with the plugin active. */
export async function createPluginSite(options: Parameters<typeof createNativeSite>[0] = {}): Promise<PluginSite> {
  const folder = await temporaryFolder()
  // A plugin's folder in WordPress has the name of the folder that it is copied from.
  await cp(join(root, 'wp-plugin'), join(folder, 'platen'), { recursive: true })
  const site = await createNativeSite({ content: 'bare', ...options, plugins: [join(folder, 'platen')] })
  return {
    site,
    policy: policyFor(site, { user: 'root', directory: folder }),
    stop: async () => {
      await site.stop()
      await removeFolder(folder)
    },
  }
}

/** Runs a handler as a worker would, and checks its result as the worker does. */
export async function runHandler<Name extends keyof KindTypes>(
  kind: Name,
  handler: Handler<Name>,
  policy: DocumentPolicy,
  input: KindTypes[Name]['input'],
  rest: Partial<Omit<JobContext<never>, 'input'>> = {},
): Promise<HandlerOutcome<KindTypes[Name]['result']> & { readonly steps: readonly string[] }> {
  const steps: string[] = []
  const outcome = await handler({
    jobId: 'job_test',
    attempt: 0,
    input,
    policy,
    signal: AbortSignal.timeout(60_000),
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    php: phpFastCgi(policy, clock),
    changes: { take: async () => undefined, needsKept: async () => false, tellKept: async () => {} },
    cdn: { want: async () => {}, outcome: async () => ({ outcome: 'absent' }) },
    progress: () => undefined,
    step: (name, _kind, run) => {
      steps.push(name)
      return run()
    },
    ...rest,
  })
  const check = resultValidators[kind]
  if (!check?.(outcome.result)) throw new Error(`The result breaks its schema: ${JSON.stringify(check?.errors)}`)
  if (outcome.failure) throw outcome.failure
  return { ...outcome, steps }
}
