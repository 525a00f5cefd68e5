import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '@platen/lab'
import type { HostileReport } from './hostile-main.ts'
import type { Ward } from './ward.ts'

const script = join(import.meta.dirname, 'launch-hostile.ts')
const launchMs = 35_000

/** From the sources: as built, a main process can read no TypeScript. */
const conditions = '--conditions=source'

/** What was seen of a launcher. */
export interface LaunchReport {
  /** Whether its main process got as far as saying that it listens. */
  readonly isReady: boolean
  /** Bytes of each piece that it refused, and ended its main process for. */
  readonly refused: readonly number[]
}

/** What a launcher did with lines of a main process that is in the wrong hands. No workers are told of where it ended that process at once. */
export async function launchHostile(ward: Ward, lines: readonly string[]): Promise<LaunchReport & Partial<HostileReport>> {
  await ward.stop()
  const [told, report] = ['hostile-lines.json', 'hostile-report.json'].map(name => join(ward.policy.agent.state, name)) as [string, string]
  rmSync(report, { force: true })
  writeFileSync(told, JSON.stringify(lines))
  chmodSync(told, 0o644)
  const launched = await runCommand(process.execPath, [conditions, script, '--policy', ward.policyFile], { timeoutMs: launchMs })
  const seen = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as HostileReport) : {}
  return { ...(JSON.parse(launched) as LaunchReport), ...seen }
}
