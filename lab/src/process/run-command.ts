import { spawn } from 'node:child_process'
import { LabError } from '../lab-error.ts'

/** How to run a command to its end. `timeoutMs` is required: nothing in lab waits for ever. */
export interface CommandOptions {
  readonly timeoutMs: number
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array
  readonly uid?: number
  readonly gid?: number
}

/** What a finished command left behind; both streams are cut at `maxOutputBytes`. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const maxOutputBytes = 64 * 1024 * 1024

/** Runs a command without a shell and gives its exit code and output. Throws `lab.command_failed` if it can't start, `lab.timeout` if it is late. */
export function tryCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    })
    const stdout = collect(child.stdout)
    const stderr = collect(child.stderr)
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(
        new LabError(
          'lab.timeout',
          `${command} took longer than ${options.timeoutMs} ms`,
          'Run it again; if it stays slow, look at the load of this machine.',
        ),
      )
    }, options.timeoutMs)
    child.once('error', error => {
      clearTimeout(timer)
      reject(
        new LabError(
          'lab.command_failed',
          `${command} could not be started: ${error.message}`,
          `Install ${command}, or run \`npx pnpm engines\`.`,
          { cause: error },
        ),
      )
    })
    child.once('close', code => {
      clearTimeout(timer)
      resolve({ exitCode: code ?? -1, stdout: stdout(), stderr: stderr() })
    })
    // A command that ends without reading its input breaks the pipe; its exit code says the rest.
    child.stdin.once('error', () => child.stdin.destroy())
    child.stdin.end(options.input)
  })
}

/** Like `tryCommand`, but an exit code other than 0 throws `lab.command_failed` with the end of stderr. */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const result = await tryCommand(command, args, options)
  if (result.exitCode === 0) return result.stdout
  const said = (result.stderr || result.stdout).trim().slice(-2000)
  throw new LabError('lab.command_failed', `${command} ended with ${result.exitCode}: ${said}`, 'The message above is the command’s own.')
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= maxOutputBytes) chunks.push(chunk)
  })
  return () => Buffer.concat(chunks).toString('utf8')
}
