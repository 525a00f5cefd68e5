import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Bench, Figures } from '../bench.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const deadlineMs = 5 * 60_000

/** From `pnpm start --once --json` in an installed workspace to the results of the four jobs. */
export const demo: Bench = {
  description: 'seconds from an installed workspace to the results of the four jobs',
  budgets: { seconds: { most: 60 }, jobsSucceeded: { least: 4 } },
  run: async () => {
    const started = performance.now()
    const output = await startOnce()
    return figures(output, (performance.now() - started) / 1000)
  },
}

function startOnce(): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['--yes', 'pnpm', '--silent', 'start', '--once', '--json'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: deadlineMs,
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-1_000_000)
    })
    child.once('error', reject)
    child.once('close', () => resolve(output))
  })
}

function figures(output: string, seconds: number): Figures {
  const { jobs } = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as { jobs: { state: string }[] }
  return { seconds: Math.round(seconds * 10) / 10, jobsSucceeded: jobs.filter(job => job.state === 'succeeded').length }
}
