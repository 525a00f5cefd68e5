import { Findings, type Finding } from './findings.ts'
import { runDecoders } from './decoders/decoder-run.ts'
import { throwOf } from './decoders/try-decoder.ts'
import { runLive } from './live/live-run.ts'

/** What a run is told. */
export interface FuzzOptions {
  readonly minutes: number
  readonly seed: number
  /** Where inputs are kept that something was found with. */
  readonly folder: string
  readonly say: (text: string) => void
}

/** What came of a run. */
export interface FuzzOutcome {
  readonly figures: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
}

const minuteMs = 60_000

/** Feeds every decoder and attacks real processes for so many minutes, side by side. */
export async function runFuzz({ minutes, seed, folder, say }: FuzzOptions): Promise<FuzzOutcome> {
  const findings = new Findings(seed, folder, say)
  const until = Date.now() + minutes * minuteMs
  const [decoderInputs, { socketFrames, leakMb }] = await Promise.all([
    runDecoders({ seed, inputs: Number.MAX_SAFE_INTEGER, until, findings }),
    runLive({ seed, until, findings, say }),
  ])
  return {
    findings: findings.all,
    figures: {
      minutes,
      decoderInputs,
      socketFrames,
      crashes: findings.count('crash', 'pollution', 'harm'),
      hangs: findings.count('hang'),
      leakMb,
      internalErrors: findings.count('internal'),
    },
  }
}

/** Feeds one input of a run to its decoder once more. */
export async function runInput(number: number, { seed, folder, say }: Omit<FuzzOptions, 'minutes'>): Promise<readonly Finding[]> {
  const findings = new Findings(seed, folder, say)
  say(`input ${number} is for: ${throwOf(seed, number).target.name}`)
  await runDecoders({ seed, first: number, inputs: number + 1, until: Number.MAX_SAFE_INTEGER, findings })
  return findings.all
}
