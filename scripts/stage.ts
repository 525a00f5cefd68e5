import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** One step of a check: a name for people, and the command that does it. */
export interface Stage {
  readonly name: string
  readonly command: readonly string[]
  /** Longest time that it may take. */
  readonly deadlineMs: number
}

/** The repository's root. */
export const root: string = join(import.meta.dirname, '..')

/** The path of a tool that the workspace installed. */
export const tool = (name: string): string => join(root, 'node_modules', '.bin', name)

/** Runs stages in order, output as it comes; stops at the first that fails. Answers the exit code. */
export async function runStages(stages: readonly Stage[]): Promise<number> {
  const times: string[] = []
  for (const stage of stages) {
    const started = Date.now()
    process.stdout.write(`\n── ${stage.name}\n`)
    const code = await run(stage)
    const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`
    times.push(`${seconds.padStart(9)}  ${stage.name}`)
    if (code !== 0) {
      process.stdout.write(`\n✖ ${stage.name} failed after ${seconds}\n`)
      return code
    }
  }
  process.stdout.write(`\n${times.join('\n')}\n`)
  return 0
}

function run({ command, deadlineMs }: Stage): Promise<number> {
  const [file, ...args] = command as [string, ...string[]]
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: 'inherit', timeout: deadlineMs, killSignal: 'SIGKILL' })
    child.once('error', reject)
    child.once('exit', code => resolve(code ?? 1))
  })
}
