import type { Figures } from '../bench.ts'
import { percentile } from '../percentile.ts'

/** Pages that are looked at. */
export type PageName = 'front' | 'post'

/** Parts of a run whose figures show how they spread. */
const parts = 10
/** A difference that is uncertain by more tells nothing of half a millisecond. */
const mostErrorMs = 0.25

/** What requests took, by what was asked for. @throws where PHP was compiled anew for a request */
export function timesOf(lines: readonly string[]): ReadonlyMap<string, readonly Took[]> {
  const times = new Map<string, Took[]>()
  for (const line of lines) {
    const [mark = '', state, took, used] = line.split(' ')
    if (state !== 'warm') throw new Error('PHP runs without opcache: what a page takes there is what compiling takes')
    const one = { ms: Number(took) / 1_000_000, cpuMs: Number(used) / 1_000 }
    const known = times.get(mark)
    if (known) known.push(one)
    else times.set(mark, [one])
  }
  return times
}

/** The figures of what the probe has noted. On a machine whose other work moves the medians about, nothing was measured. */
export function recordFigures(lines: readonly string[]): Figures & { readonly recordMsPerPage: number } {
  const times = timesOf(lines)
  const [front, post] = [costOf(times, 'front'), costOf(times, 'post')]
  const higher = front.ms > post.ms ? front : post
  const errorMs = Math.max(front.errorMs, post.errorMs)
  return {
    recordMsPerPage: errorMs <= mostErrorMs ? higher.ms : Number.NaN,
    recordErrorMs: errorMs,
    recordLeastMs: higher.leastMs,
    recordMostMs: higher.mostMs,
    recordCpuMs: higher.cpuMs,
    recordFrontMs: front.ms,
    recordPostMs: post.ms,
    unrecordedFrontMs: front.withoutMs,
    unrecordedPostMs: post.withoutMs,
  }
}

interface Cost {
  readonly ms: number
  /** The lowest and highest of ten parts of the run. */
  readonly leastMs: number
  readonly mostMs: number
  /** The standard error that their spread tells of. */
  readonly errorMs: number
  readonly withoutMs: number
  /** Of CPU time: what remains to compare where others use the machine as well. */
  readonly cpuMs: number
}

/** What a request took. */
interface Took {
  readonly ms: number
  readonly cpuMs: number
}

function costOf(times: ReadonlyMap<string, readonly Took[]>, name: PageName): Cost {
  const [noted, without] = [times.get(`${name}-on`) ?? [], times.get(`${name}-off`) ?? []]
  const difference = (what: keyof Took, part = 0, of = 1): number =>
    rounded(medianOf(noted, what, part, of) - medianOf(without, what, part, of))
  const each = Array.from({ length: parts }, (_, part) => difference('ms', part, parts))
  return {
    ms: difference('ms'),
    leastMs: Math.min(...each),
    mostMs: Math.max(...each),
    errorMs: rounded(deviation(each) / Math.sqrt(parts)),
    withoutMs: medianOf(without, 'ms', 0, 1),
    cpuMs: difference('cpuMs'),
  }
}

/** The median of one of so many parts of equal length. */
function medianOf(values: readonly Took[], what: keyof Took, part: number, of: number): number {
  const length = values.length / of
  const some = values.slice(Math.floor(part * length), Math.floor((part + 1) * length))
  return percentile(
    some.map(value => value[what]),
    50,
  )
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}
