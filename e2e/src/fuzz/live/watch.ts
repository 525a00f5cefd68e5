import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { processState, type ProcessState } from '../../intruder/process-state.ts'
import type { Findings } from '../findings.ts'
import type { Watched } from './ground.ts'

/** Above what it was after a first round, once everything has been quiet for a while; and at any time. */
const most = { settledMb: 48, peakMb: 320, files: 4 }
const sampleMs = 500
const settleMs = 20_000

interface Problem {
  readonly name: string
  readonly kind: 'crash' | 'leak'
  readonly detail: string
}

/** Keeps an eye on processes: whether they live, what they hold, and what they say. */
export class Watch {
  readonly #watched: readonly Watched[]
  readonly #first: ReadonlyMap<string, ProcessState>
  readonly #findings: Findings
  readonly #peakMb = new Map<string, number>()
  readonly #timer: NodeJS.Timeout

  /** What is held now is what is compared with. */
  constructor(watched: readonly Watched[], findings: Findings) {
    this.#watched = watched
    this.#findings = findings
    this.#first = states(watched)
    this.#timer = setInterval(() => {
      for (const [name, { rssMb }] of states(watched)) this.#peakMb.set(name, Math.max(rssMb, this.#peakMb.get(name) ?? 0))
    }, sampleMs)
  }

  /** Lets things settle, and compares. The most that a process grew by, in MB, and a line for each. */
  async end(): Promise<{ readonly leakMb: number; readonly lines: readonly string[] }> {
    clearInterval(this.#timer)
    for (const end = performance.now() + settleMs; performance.now() < end && this.#problems(states(this.#watched)).length > 0;)
      await delay(sampleMs)
    const last = states(this.#watched)
    for (const { name, detail, kind } of this.#problems(last)) this.#findings.add({ where: name, kind, detail })
    for (const log of new Set(this.#watched.map(({ logFile }) => logFile))) this.#readLog(log)
    const grown = this.#watched.map(({ name }) => (last.get(name)?.rssMb ?? 0) - (this.#first.get(name)?.rssMb ?? 0))
    const lines = this.#watched.map(({ name }) => this.#line(name, last.get(name)))
    return { leakMb: Math.round(Math.max(...grown) * 10) / 10, lines }
  }

  #line(name: string, now: ProcessState | undefined): string {
    const mb = (value: number | undefined): string => (value === undefined ? 'gone' : value.toFixed(1))
    const first = this.#first.get(name)
    return `${name.padEnd(14)}${mb(first?.rssMb)} → ${mb(now?.rssMb)} MB (most ${mb(this.#peakMb.get(name))}), ${first?.openFiles} → ${now?.openFiles} open files`
  }

  #problems(now: ReadonlyMap<string, ProcessState>): Problem[] {
    return this.#watched.flatMap(({ name }): Problem[] => {
      const [before, after] = [this.#first.get(name), now.get(name)]
      if (!before || !after || before.startedAt !== after.startedAt)
        return [{ name, kind: 'crash' as const, detail: 'the process has ended' }]
      const [grown, peak] = [after.rssMb - before.rssMb, (this.#peakMb.get(name) ?? 0) - before.rssMb]
      const problem = (detail: string): Problem => ({ name, kind: 'leak', detail })
      return [
        ...(grown > most.settledMb ? [problem(`holds ${grown.toFixed(0)} MB more than after the first round`)] : []),
        ...(peak > most.peakMb ? [problem(`held ${peak.toFixed(0)} MB more for a while`)] : []),
        ...(after.openFiles > before.openFiles + most.files
          ? [problem(`has ${after.openFiles} files open instead of ${before.openFiles}`)]
          : []),
      ]
    })
  }

  /** An error in a log, or a stack, is something that was not foreseen. That a gateway knows more than the agent is: it may be lying. */
  #readLog(file: string): void {
    const wrong = readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => !line.includes('"event":"runs:forgotten"'))
      .filter(line => /"level":("error"|50)|"code":"internal"|^\s+at |^\w*Error:/.test(line))
    const kinds = new Map(wrong.map(line => [/"(?:event|msg)":"([^"]+)"/.exec(line)?.[1] ?? line.slice(0, 60), line] as const))
    for (const [kind, line] of kinds) this.#findings.add({ where: file, kind: 'internal', detail: `${kind}: ${line.slice(0, 1_500)}` })
  }
}

function states(watched: readonly Watched[]): Map<string, ProcessState> {
  return new Map(
    watched.flatMap(({ name, pid }) => {
      const state = processState(pid)
      return state ? [[name, state] as const] : []
    }),
  )
}
