import { join } from 'node:path'
import { installEngines, missingEngines, runCommand } from '@platen/lab'

const root = join(import.meta.dirname, '..', '..')
const buildMs = 5 * 60_000

/** What every bench stands on: the engines, and `dist/` as a release has it. @throws LabError */
export async function prepare(say: (text: string) => void): Promise<void> {
  const missing = await missingEngines()
  if (missing.length > 0) await installEngines(missing, say)
  say('building dist')
  await runCommand(join(root, 'node_modules', '.bin', 'tsc'), ['-b'], { timeoutMs: buildMs, cwd: root })
}
