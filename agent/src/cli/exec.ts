import { errorRow, isErrorCode, PlatenError, terminalJson, terminalText, type DocumentPolicy, type LocalJob } from '@platen/protocol'
import { launch, type Launched, type LaunchOptions } from '../launcher.ts'
import { stderrLog } from '../system/json-log.ts'
import { controlClient, type ControlClient } from './control-client.ts'
import { exitCodeOf } from './exit-code.ts'

/** A job to be run at once. */
export interface ExecOptions {
  readonly kind: string
  /** JSON text. */
  readonly input: string
  readonly policyPath: string
  readonly policy: DocumentPolicy
  readonly entries?: NonNullable<LaunchOptions['entries']>
}

/** Where the CLI writes. */
export interface Output {
  out(text: string): void
  err(text: string): void
}

/**
 * Runs one job and answers the exit code: 0 succeeded, 1 failed, 2 bad input. Progress goes to `err`, the result as one
 * JSON value to `out`. An agent that runs is used; else one is launched for this job, without its link, which takes the
 * site's lock. An abort of `signal` cancels the job.
 * @throws PlatenError what kept the job from being taken
 */
export async function execJob(options: ExecOptions, output: Output, signal: AbortSignal): Promise<0 | 1 | 2> {
  const input = parseInput(options.input)
  const control = controlClient(options.policy.agent.control)
  const launched = (await answers(control)) ? undefined : await launchOnTheSpot(options)
  try {
    const job = await control.createJob(options.kind, input)
    const cancel = (): void => {
      control.cancelJob(job.id).catch((error: Error) => output.err(`${terminalText(error.message)}\n`))
    }
    signal.addEventListener('abort', cancel, { once: true })
    return conclude(await follow(control, job, output), output)
  } finally {
    await launched?.stop()
  }
}

function parseInput(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new PlatenError('input.invalid', `--input is not JSON: ${(error as Error).message}.`, { field: 'input' })
  }
}

async function answers(control: ControlClient): Promise<boolean> {
  try {
    await control.status()
    return true
  } catch (error) {
    if (error instanceof PlatenError && error.code === 'agent.unavailable') return false
    throw error
  }
}

async function launchOnTheSpot({ policyPath, entries }: ExecOptions): Promise<Launched> {
  const launched = launch({ policyPath, local: true, logs: 'none', log: stderrLog('launcher'), ...(entries ? { entries } : {}) })
  await launched.ready
  return launched
}

async function follow(control: ControlClient, first: LocalJob, output: Output): Promise<LocalJob> {
  let last = first
  for await (const job of control.followJob(first.id)) {
    if (job.progress && job.state === 'running') output.err(`${progressLine(job.progress)}\n`)
    last = job
  }
  if (last.state === 'queued' || last.state === 'running') throw new PlatenError('agent.unavailable', 'It stopped while the job ran.')
  return last
}

function progressLine({ done, total, note }: NonNullable<LocalJob['progress']>): string {
  return terminalText(total > 0 ? `${done}/${total} ${note}` : note)
}

function conclude(job: LocalJob, output: Output): 0 | 1 | 2 {
  if (job.state === 'succeeded') {
    output.out(`${terminalJson(job.result)}\n`)
    return 0
  }
  const { code, message } = job.error ?? { code: 'job.cancelled', message: 'The job was cancelled.' }
  output.err(`${terminalText(`${code}: ${message}`)}\n`)
  if (!isErrorCode(code)) return 1
  output.err(`${errorRow(code).hint}\n`)
  return exitCodeOf({ code })
}
