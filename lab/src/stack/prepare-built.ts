import { join } from 'node:path'
import { missingEngines } from '../engines/engine-list.ts'
import { installEngines } from '../engines/install-engines.ts'
import { repositoryRoot } from '../paths.ts'
import { runCommand } from '../process/run-command.ts'

const buildMs = 5 * 60_000

/** What benches and long runs stand on: the engines, and `dist/` as a release has it. @throws LabError */
export async function prepareBuilt(say: (text: string) => void): Promise<void> {
  const missing = await missingEngines()
  if (missing.length > 0) await installEngines(missing, say)
  say('building dist')
  await runCommand(process.execPath, [join(repositoryRoot, 'scripts', 'build.ts')], { timeoutMs: buildMs, cwd: repositoryRoot })
}
