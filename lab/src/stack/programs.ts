import { join } from 'node:path'
import { LabError } from '../lab-error.ts'
import { repositoryRoot } from '../paths.ts'
import { runCommand } from '../process/run-command.ts'

/** Platen's programs as command lines, from source or as built. */
export interface Programs {
  signer(...args: readonly string[]): readonly string[]
  gateway(...args: readonly string[]): readonly string[]
  agent(...args: readonly string[]): readonly string[]
  /** The same with lab's kinds, see lab/src/fleet. */
  labGateway(...args: readonly string[]): readonly string[]
  labAgent(...args: readonly string[]): readonly string[]
  /** Runs a command to its end; gives what it printed. @throws LabError lab.command_failed */
  text(command: readonly string[], timeoutMs?: number): Promise<string>
  /** … and reads it as JSON. */
  json<T>(command: readonly string[]): Promise<T>
}

const commandMs = 60_000

/** The programs, run by the Node that runs us. */
export function programs(built: boolean): Programs {
  const line = (entry: string, args: readonly string[]): readonly string[] => {
    const file = join(repositoryRoot, built ? entry.replace('/src/', '/dist/').replace(/\.ts$/, '.js') : entry)
    return [process.execPath, ...(built ? [] : ['--conditions=source']), file, ...args]
  }
  const text = async ([file, ...args]: readonly string[], timeoutMs = commandMs): Promise<string> => {
    if (file === undefined) throw new LabError('lab.command_failed', 'An empty command', 'Name a program.')
    return runCommand(file, args, { timeoutMs })
  }
  return {
    signer: (...args) => line('gateway/src/signer/main.ts', args),
    gateway: (...args) => line('gateway/src/cli/main.ts', args),
    agent: (...args) => line('agent/src/cli/main.ts', args),
    labGateway: (...args) => line('lab/src/fleet/gateway.ts', args),
    labAgent: (...args) => line('lab/src/fleet/agent.ts', args),
    text,
    json: async <T>(command: readonly string[]) => JSON.parse(await text(command)) as T,
  }
}
