import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createNativeSite, startStack, type Stack } from '@platen/lab'
import { kinds } from '@platen/protocol'
import type { Bench, BenchOptions, Figures } from '../bench.ts'
import { treeOf, type ProcessUsage } from '../process-usage.ts'

const plugin = join(import.meta.dirname, '..', '..', '..', 'wp-plugin')
const sampleMs = 1_000
const jobMs = 10 * 60_000
/** What is measured is an agent at rest: the last job's garbage may go first. */
const settleMs = 5_000

/** Memory and CPU of an agent at rest after work, sampling on, built, on a native site. */
export const idleAgent: Bench = {
  description: 'memory and CPU of an agent that has nothing to do, after jobs of each kind',
  budgets: { rssAnonMb: { most: 25 }, rssAnonPeakMb: { most: 48 }, cpuPct: { most: 0.1 } },
  run: async options => {
    const site = await createNativeSite({ wordpressVersion: options.wordpress as '7.1', plugins: [plugin], progress: say })
    const stack = await startStack(site, { built: true, progress: say })
    try {
      const peak = watchPeak(stack)
      await work(stack, options)
      await delay(settleMs)
      return await rest(stack, options, peak.stop)
    } finally {
      await stack.stop()
      await site.stop()
    }
  },
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

async function work(stack: Stack, { jobs = 100 }: BenchOptions): Promise<void> {
  for (const kind of kinds) {
    say(`${jobs} × ${kind.name}`)
    for (let done = 0; done < jobs; done++) {
      const job = await stack.api.runJob(stack.siteId, kind.name, kind.usualInput, jobMs)
      if (job.state !== 'succeeded') throw new Error(`${kind.name} ended ${job.state}: ${job.error?.code} ${job.error?.message}`)
    }
  }
}

/** The launcher, the agent's main process, and all others below them. */
function parts(stack: Stack): { launcher: ProcessUsage; agent: ProcessUsage; children: readonly ProcessUsage[] } {
  const [launcher, ...below] = treeOf(stack.agentPid)
  const agent = below.find(({ command }) => /\/main\.(ts|js)/.test(command))
  if (!launcher || !agent) throw new Error('the agent is not running')
  return { launcher, agent, children: below.filter(({ pid }) => pid !== agent.pid) }
}

function watchPeak(stack: Stack): { stop: () => number } {
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, parts(stack).agent.rssAnonMb)
  }, sampleMs)
  return {
    stop: () => {
      clearInterval(timer)
      return peak
    },
  }
}

async function rest(stack: Stack, { minutes }: BenchOptions, stopPeak: () => number): Promise<Figures> {
  say(`${minutes} idle minutes`)
  const before = cpuSeconds(stack)
  const samples: ReturnType<typeof parts>[] = []
  const until = performance.now() + minutes * 60_000
  while (performance.now() < until) {
    samples.push(parts(stack))
    await delay(sampleMs)
  }
  const mean = (value: (sample: ReturnType<typeof parts>) => number): number =>
    samples.reduce((sum, sample) => sum + value(sample), 0) / samples.length
  return {
    rssAnonMb: round(mean(({ agent }) => agent.rssAnonMb)),
    rssAnonPeakMb: round(stopPeak()),
    launcherRssAnonMb: round(mean(({ launcher }) => launcher.rssAnonMb)),
    childrenRssAnonMb: round(mean(({ children }) => children.reduce((sum, child) => sum + child.rssAnonMb, 0))),
    cpuPct: round(((cpuSeconds(stack) - before) / (minutes * 60)) * 100),
  }
}

function cpuSeconds(stack: Stack): number {
  return treeOf(stack.agentPid).reduce((sum, { cpuSeconds: used }) => sum + used, 0)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
